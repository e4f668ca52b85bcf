/** What fingers, mouse and wheel do to a picture: point, scrub, zoom, move. Places and ways are shares of the picture's size. */

export interface GestureTarget {
  /** @param x What stays in place, 0 to 1 from the left; `y` from the top. */
  zoom(factor: number, x: number, y: number): void;
  pan(x: number, y: number): void;
  point(x: number, y: number): void;
  /** Whether there is anything out of sight: else the wheel belongs to the page. */
  canPan(): boolean;
}

interface Place {
  readonly x: number;
  readonly y: number;
}

export class Gestures {
  readonly #target: GestureTarget;
  readonly #pointers = new Map<number, Place>();
  #isMoving = false;

  constructor(target: GestureTarget) {
    this.#target = target;
  }

  readonly down = (event: PointerEvent): void => {
    const element = event.currentTarget as HTMLElement;
    element.setPointerCapture(event.pointerId);
    const at = placeOf(event, element);
    this.#pointers.set(event.pointerId, at);
    this.#isMoving = event.shiftKey || event.button === 1;
    if (this.#isMoving || this.#pointers.size > 1) event.preventDefault();
    else this.#target.point(at.x, at.y);
  };

  readonly move = (event: PointerEvent): void => {
    const before = this.#pointers.get(event.pointerId);
    if (!before) return;
    const at = placeOf(event, event.currentTarget as HTMLElement);
    const other = [...this.#pointers].find(([id]) => id !== event.pointerId)?.[1];
    this.#pointers.set(event.pointerId, at);
    if (other) {
      const [x, y] = [(before.x + other.x) / 2, (before.y + other.y) / 2];
      const apart = distance(before, other);
      if (apart > 0) this.#target.zoom(distance(at, other) / apart, x, y);
      this.#target.pan((before.x - at.x) / 2, (before.y - at.y) / 2);
    } else if (this.#isMoving) this.#target.pan(before.x - at.x, before.y - at.y);
    else this.#target.point(at.x, at.y);
  };

  readonly up = (event: PointerEvent): void => {
    this.#pointers.delete(event.pointerId);
    // The finger that is left goes on moving the picture, not the cursor.
    this.#isMoving = this.#pointers.size > 0;
  };

  readonly wheel = (event: WheelEvent): void => {
    const element = event.currentTarget as HTMLElement;
    const { width, height } = element.getBoundingClientRect();
    // Lines and pages to pixels, roughly.
    const unit = event.deltaMode === 0 ? 1 : event.deltaMode === 1 ? 16 : height;
    if (event.ctrlKey || event.metaKey) {
      event.preventDefault();
      const at = placeOf(event, element);
      this.#target.zoom(2 ** (-event.deltaY * unit * 0.005), at.x, at.y);
    } else if (this.#target.canPan()) {
      event.preventDefault();
      const [x, y] = event.shiftKey ? [event.deltaY, event.deltaX] : [event.deltaX, event.deltaY];
      this.#target.pan((x * unit) / width, (y * unit) / height);
    }
  };
}

function placeOf(event: MouseEvent, element: HTMLElement): Place {
  const { left, top, width, height } = element.getBoundingClientRect();
  return { x: (event.clientX - left) / width, y: (event.clientY - top) / height };
}

/** In shares of a picture that may be wider than tall: near enough for a ratio. */
function distance(a: Place, b: Place): number {
  return Math.hypot(a.x - b.x, a.y - b.y);
}
