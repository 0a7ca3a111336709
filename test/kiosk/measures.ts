/// <reference lib="dom" />

/** What is measured of one picture, in pixels of the screen. */
export interface Measures {
  /** Each thing that does not fit, in words. */
  readonly overflows: readonly string[];
  readonly targets: readonly { readonly name: string; readonly width: number; readonly height: number }[];
  /** Capitals of each guidance line. */
  readonly capitals: readonly number[];
  readonly canvases: number;
}

/** Runs in the page. */
export function measure(): Measures {
  const overflows: string[] = [];
  const root = document.documentElement;
  if (root.scrollHeight > innerHeight || root.scrollWidth > innerWidth)
    overflows.push(`page ${root.scrollWidth}x${root.scrollHeight}`);
  for (const element of document.querySelectorAll<HTMLElement>('#kiosk *, #simulator *')) {
    const named = `${element.tagName}.${element.className} "${(element.textContent ?? '').slice(0, 30)}"`;
    if (element.closest('.spoken, .pages > *, svg') !== null) continue;
    const box = element.getBoundingClientRect();
    if (box.right > innerWidth + 1 || box.bottom > innerHeight + 1 || box.left < -1 || box.top < -1) {
      overflows.push(
        `${named} leaves the screen: ${Math.round(box.left)},${Math.round(box.top)} ${Math.round(box.right)},${Math.round(box.bottom)}`,
      );
    }
    const parent = element.parentElement?.getBoundingClientRect();
    if (
      parent !== undefined &&
      !element.matches('#kiosk > *') &&
      (box.bottom > parent.bottom + 1 || box.right > parent.right + 1 || box.top < parent.top - 1)
    ) {
      overflows.push(
        `${named} leaves its frame by ${Math.round(Math.max(box.bottom - parent.bottom, box.right - parent.right, parent.top - box.top))}`,
      );
    }
    const cut = !element.matches('.place, .contact, .pages, canvas') && element.clientWidth > 0;
    if (cut && element.scrollWidth > element.clientWidth + 1) overflows.push(`${named} is cut off at its side`);
  }
  const targets = [...document.querySelectorAll('button')].map((button) => {
    const { width, height } = button.getBoundingClientRect();
    return { name: button.textContent ?? '', width, height };
  });
  const context = document.createElement('canvas').getContext('2d')!;
  const capitals = [...document.querySelectorAll('.guide')].map((line) => {
    const { fontStyle, fontWeight, fontSize, fontFamily } = getComputedStyle(line);
    context.font = `${fontStyle} ${fontWeight} ${fontSize} ${fontFamily}`;
    return context.measureText('H').actualBoundingBoxAscent;
  });
  return { overflows, targets, capitals, canvases: document.querySelectorAll('canvas').length };
}
