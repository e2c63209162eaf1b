export { Anchor, InvalidAnchor, parseAnchor, textOf } from './anchor.ts';
export { lastAnchor } from './anchor-table.ts';
export { configuredKey, configuredKeys, openStores, verifyConfigured } from './configured.ts';
export { addPublicKey, publicJwkOf } from './key-set.ts';
export { type Anchoring, type AnchoringStatus, createAnchoring } from './service.ts';
export { headOf } from './signer.ts';
export { createSigningKey, readSigningKey } from './signing-key.ts';
export { type AnchorStore, anchorAt, DivergedStore, StoreUnavailable } from './store.ts';
export { verifyAnchoredJournal } from './verify.ts';
