/* JPEG pictures in, by the system's libjpeg. */
#include "jpeg.h"

#include <setjmp.h>
#include <stdio.h>

#include <jpeglib.h>

struct failure {
  struct jpeg_error_mgr manager;
  jmp_buf back;
};

static void fail(j_common_ptr jpeg) {
  longjmp(((struct failure *)jpeg->err)->back, 1);
}

/* A warning is damage: the library would go on with whatever it guesses. Messages below 0 are warnings. */
static void judge(j_common_ptr jpeg, int level) {
  if (level < 0) fail(jpeg);
}

static void prepare(struct jpeg_decompress_struct *jpeg, struct failure *failure) {
  jpeg->err = jpeg_std_error(&failure->manager);
  failure->manager.error_exit = fail;
  failure->manager.emit_message = judge;
}

int jpeg_size(const uint8_t *bytes, size_t length, int32_t *width, int32_t *height) {
  struct jpeg_decompress_struct jpeg;
  struct failure failure;
  prepare(&jpeg, &failure);
  if (setjmp(failure.back)) {
    jpeg_destroy_decompress(&jpeg);
    return 0;
  }
  jpeg_create_decompress(&jpeg);
  jpeg_mem_src(&jpeg, bytes, length);
  jpeg_read_header(&jpeg, TRUE);
  *width = (int32_t)jpeg.image_width;
  *height = (int32_t)jpeg.image_height;
  jpeg_destroy_decompress(&jpeg);
  return 1;
}

int jpeg_decode(const uint8_t *bytes, size_t length, uint8_t *rgb, int32_t width, int32_t height) {
  struct jpeg_decompress_struct jpeg;
  struct failure failure;
  prepare(&jpeg, &failure);
  if (setjmp(failure.back)) {
    jpeg_destroy_decompress(&jpeg);
    return 0;
  }
  jpeg_create_decompress(&jpeg);
  jpeg_mem_src(&jpeg, bytes, length);
  jpeg_read_header(&jpeg, TRUE);
  jpeg.out_color_space = JCS_RGB;
  jpeg.dct_method = JDCT_ISLOW;
  int fits = (int32_t)jpeg.image_width == width && (int32_t)jpeg.image_height == height && jpeg.num_components != 4;
  if (fits) {
    jpeg_start_decompress(&jpeg);
    while (jpeg.output_scanline < jpeg.output_height) {
      JSAMPROW row = rgb + (size_t)jpeg.output_scanline * (size_t)width * 3;
      jpeg_read_scanlines(&jpeg, &row, 1);
    }
    jpeg_finish_decompress(&jpeg);
  }
  jpeg_destroy_decompress(&jpeg);
  return fits;
}
