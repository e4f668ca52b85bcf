/** An SVG of the page as a document of its own: colours and letters as they are seen. */

/** @param picture Null while it is not drawn: an empty document. */
export function svgDocument(picture: SVGSVGElement | null): string {
  if (!picture) return '<svg xmlns="http://www.w3.org/2000/svg"/>';
  const copy = picture.cloneNode(true) as SVGSVGElement;
  const { width, height } = picture.getBoundingClientRect();
  copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  copy.setAttribute("width", String(Math.round(width)));
  copy.setAttribute("height", String(Math.round(height)));
  const seen = [picture, ...picture.querySelectorAll("*")];
  for (const [n, part] of [copy, ...copy.querySelectorAll("*")].entries()) {
    const { fill, stroke, fontFamily } = getComputedStyle(seen[n]);
    part.setAttribute("fill", fill);
    part.setAttribute("stroke", stroke);
    if (part === copy || part.tagName === "text") part.setAttribute("font-family", fontFamily);
    part.removeAttribute("class");
  }
  const ground = document.createElementNS("http://www.w3.org/2000/svg", "rect");
  ground.setAttribute("width", "100%");
  ground.setAttribute("height", "100%");
  ground.setAttribute("fill", getComputedStyle(document.body).backgroundColor);
  copy.prepend(ground);
  return new XMLSerializer().serializeToString(copy);
}
