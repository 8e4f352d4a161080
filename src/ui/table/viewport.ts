/** The rows from `top` on that a body of `height` rows shows. */
export interface Viewport {
  readonly top: number;
  readonly cursor: number;
}

/** Rows kept visible around the cursor where there are more. */
const margin = 2;

/**
 * The viewport that shows the cursor and moves as little as it can: it scrolls at the edges and never centres, because
 * every scrolled line is sent over the operator's link.
 */
export function scrollTo(viewport: Viewport, cursor: number, height: number, total: number): Viewport {
  if (total === 0 || height <= 0) return { top: 0, cursor: 0 };
  const at = Math.min(Math.max(0, cursor), total - 1);
  const keep = Math.min(margin, Math.floor((height - 1) / 2));
  const lastTop = Math.max(0, total - height);
  let { top } = viewport;
  if (at < top + keep) top = at - keep;
  if (at > top + height - 1 - keep) top = at - height + 1 + keep;
  return { top: Math.min(Math.max(0, top), lastTop), cursor: at };
}

/** Where a page down or up leads: first to the page's edge, then by a page. */
export function pageFrom(viewport: Viewport, direction: 1 | -1, height: number, total: number): number {
  const last = Math.min(viewport.top + height, total) - 1;
  const edge = direction === 1 ? last : viewport.top;
  return viewport.cursor === edge || Math.abs(edge - viewport.cursor) <= margin
    ? viewport.cursor + direction * height
    : edge;
}
