/* JPEG pictures in, by the system's libjpeg. */
#include "jpeg.h"

#include <setjmp.h>
#include <stdio.h>
#include <string.h>

#include <jpeglib.h>

/* More than a decoder takes of it. */
#define STACK_BYTES 16384

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

/* The library wipes nothing: its smallest blocks of memory keep the tables that a picture came with, and its stack more. */
static __attribute__((noinline)) void wipe_stack(void) {
  uint8_t deeper[STACK_BYTES];
  explicit_bzero(deeper, sizeof deeper);
}

static void wipe(void *table, size_t bytes) {
  if (table != NULL) explicit_bzero(table, bytes);
}

static void finish(struct jpeg_decompress_struct *jpeg) {
  for (int i = 0; i < NUM_QUANT_TBLS; i++) wipe(jpeg->quant_tbl_ptrs[i], sizeof *jpeg->quant_tbl_ptrs[i]);
  for (int i = 0; i < NUM_HUFF_TBLS; i++) {
    wipe(jpeg->dc_huff_tbl_ptrs[i], sizeof *jpeg->dc_huff_tbl_ptrs[i]);
    wipe(jpeg->ac_huff_tbl_ptrs[i], sizeof *jpeg->ac_huff_tbl_ptrs[i]);
  }
  jpeg_destroy_decompress(jpeg);
  wipe_stack();
}

int jpeg_size(const uint8_t *bytes, size_t length, int32_t *width, int32_t *height) {
  struct jpeg_decompress_struct jpeg;
  struct failure failure;
  prepare(&jpeg, &failure);
  if (setjmp(failure.back)) {
    finish(&jpeg);
    return 0;
  }
  jpeg_create_decompress(&jpeg);
  jpeg_mem_src(&jpeg, bytes, length);
  jpeg_read_header(&jpeg, TRUE);
  *width = (int32_t)jpeg.image_width;
  *height = (int32_t)jpeg.image_height;
  finish(&jpeg);
  return 1;
}

int jpeg_decode(const uint8_t *bytes, size_t length, uint8_t *rgb, int32_t width, int32_t height) {
  struct jpeg_decompress_struct jpeg;
  struct failure failure;
  prepare(&jpeg, &failure);
  if (setjmp(failure.back)) {
    finish(&jpeg);
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
  finish(&jpeg);
  return fits;
}
