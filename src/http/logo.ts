/** Four hours of generation in a certificate: the mark of the registry, 32 by 32. */
const MARK = `<rect width="32" height="32" rx="7" fill="#0b6e4f"/>
<g fill="#fff"><rect x="6" y="17" width="4" height="9" rx="1"/><rect x="12" y="11" width="4" height="15" rx="1"/>
<rect x="18" y="6" width="4" height="20" rx="1" fill="#ffd166"/><rect x="24" y="14" width="4" height="12" rx="1"/></g>`;

/** The favicon of the documentation pages. */
export const ICON = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32" width="32" height="32">${MARK}</svg>`;

const wordmark = (color: string) =>
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 300 32" width="300" height="32" role="img" aria-label="Granular Certificate Registry">${MARK}
<text x="42" y="22" font-family="system-ui, sans-serif" font-size="17" font-weight="600" textLength="252" lengthAdjust="spacingAndGlyphs" fill="${color}">Granular Certificate Registry</text></svg>`;

/** The logo for a light background. */
export const LOGO = wordmark('#16302b');

/** The logo for the dark bar of Swagger UI. */
export const LIGHT_LOGO = wordmark('#ffffff');
