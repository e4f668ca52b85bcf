/** How wide a picture is on the page, in its own pixels: so text in it keeps its size where the page is narrow. */
import type { RefObject } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";

const UNSEEN = 640;

export function useWidth(picture: RefObject<Element | null>): number {
  const [width, setWidth] = useState(UNSEEN);
  const seen = useRef(UNSEEN);
  useLayoutEffect(() => {
    const element = picture.current;
    if (!element) return;
    const measure = () => {
      const { width: now } = element.getBoundingClientRect();
      if (now <= 0 || Math.abs(now - seen.current) < 1) return;
      seen.current = now;
      setWidth(now);
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, [picture]);
  return width;
}
