/**
 * Styles of Swagger UI. An open operation stays short: its errors, which the introduction describes once, take one line
 * each. *Authorize* asks for an e-mail address and a password only: the registry has neither OAuth2 clients nor scopes.
 * The field for the address of another document is hidden: the page shows this registry.
 */
export const SWAGGER_STYLES = `
.swagger-ui .topbar { background: #16302b; padding: 8px 0; }
.swagger-ui :is(.download-url-wrapper, .scope-def) { display: none; }
.swagger-ui .responses-table:not(.live-responses-table) .response:is([data-code^='4'], [data-code^='5'])
  :is(.response-controls, .model-example, .headers-wrapper) { display: none; }
.swagger-ui .responses-table .response > td { padding-top: 5px; }
.swagger-ui .response-col_description__inner div.markdown p { margin: 0; }
.swagger-ui .response-col_links { display: none; }
.swagger-ui .headers-wrapper .header-col { padding: 1px 0; }
.swagger-ui .headers-wrapper .header-col p { margin: 0; }
.swagger-ui .body-param__text { min-height: 150px; }
.swagger-ui .responses-table .highlight-code > .microlight { max-height: 200px; }
.swagger-ui .auth-container .wrapper:has(> :is(label[for='password_type'], label[for^='client_'])) { display: none; }
`;

/** Focuses the e-mail field when *Authorize* opens: Swagger UI focuses the last field. */
export const SWAGGER_SCRIPT = `
document.addEventListener('click', ({ target }) => {
  if (!target.closest('.auth-wrapper .btn.authorize')) return;
  setTimeout(() => document.querySelector('#oauth_username')?.focus(), 100);
});
`;
