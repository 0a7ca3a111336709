/* Prints as JSON what the kernel's own header says of the structures and numbers that the driver writes by hand. */
#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>

#include <linux/gpio.h>

int main(void) {
  printf("{\"open\":{\"readWrite\":%d,\"closeOnExec\":%d},\"nameBytes\":%d,", O_RDWR, O_CLOEXEC, GPIO_MAX_NAME_SIZE);
  printf("\"flags\":{\"activeLow\":%u,\"output\":%u},", (unsigned)GPIO_V2_LINE_FLAG_ACTIVE_LOW,
         (unsigned)GPIO_V2_LINE_FLAG_OUTPUT);
  printf("\"chipInfo\":{\"request\":%u,\"bytes\":%zu,\"lines\":%zu},", (unsigned)GPIO_GET_CHIPINFO_IOCTL,
         sizeof(struct gpiochip_info), offsetof(struct gpiochip_info, lines));
  printf("\"lineInfo\":{\"request\":%u,\"bytes\":%zu,\"consumer\":%zu,\"offset\":%zu},",
         (unsigned)GPIO_V2_GET_LINEINFO_IOCTL, sizeof(struct gpio_v2_line_info),
         offsetof(struct gpio_v2_line_info, consumer), offsetof(struct gpio_v2_line_info, offset));
  printf("\"lineRequest\":{\"request\":%u,\"bytes\":%zu,\"offsets\":%zu,\"consumer\":%zu,",
         (unsigned)GPIO_V2_GET_LINE_IOCTL, sizeof(struct gpio_v2_line_request),
         offsetof(struct gpio_v2_line_request, offsets), offsetof(struct gpio_v2_line_request, consumer));
  printf("\"flags\":%zu,\"lines\":%zu,\"fd\":%zu},", offsetof(struct gpio_v2_line_request, config.flags),
         offsetof(struct gpio_v2_line_request, num_lines), offsetof(struct gpio_v2_line_request, fd));
  printf("\"setValues\":{\"request\":%u,\"bytes\":%zu,\"bits\":%zu,\"mask\":%zu}}\n",
         (unsigned)GPIO_V2_LINE_SET_VALUES_IOCTL, sizeof(struct gpio_v2_line_values),
         offsetof(struct gpio_v2_line_values, bits), offsetof(struct gpio_v2_line_values, mask));
  return 0;
}
