import type { Step } from './postman.ts';

const inAccount = (name: string) => `answer.find((each) => each.account_name === '${name}').id`;

/** The first hour of `docs/GUIDE.md`, as a folder to run from top to bottom. */
export const firstHour: { name: string; description: string; steps: readonly Step[] } = {
  name: 'The first hour',
  description:
    'Run from top to bottom on the sample registry: half of an hour of wind moves to another account and is cancelled there.',
  steps: [
    { operation: 'login', name: '1. Log in', status: 200 },
    {
      operation: 'readMyAccounts',
      name: '2. See your accounts',
      status: 200,
      keep: { source_id: inAccount('Test Account'), target_id: inAccount('Test Account 2') },
    },
    {
      operation: 'queryCertificates',
      name: '3. Look for an hour of wind',
      status: 202,
      body: `{
  "source_id": {{source_id}},
  "energy_source": "wind",
  "certificate_bundle_status": "Active",
  "limit": 1
}`,
      keep: { bundle_id: 'answer.granular_certificate_bundles[0].id' },
    },
    {
      operation: 'transferCertificates',
      name: '4. Rehearse the transfer',
      status: 202,
      query: { dry_run: 'true' },
      body: transferOfHalf(),
    },
    {
      operation: 'transferCertificates',
      name: '5. Transfer half of it',
      status: 202,
      body: transferOfHalf(),
      keep: { half_id: 'answer.resulting_bundle_ids[0]' },
    },
    {
      operation: 'cancelCertificates',
      name: '6. Cancel it for whoever used it',
      status: 202,
      body: `{
  "source_id": {{target_id}},
  "granular_certificate_bundle_ids": [{{half_id}}],
  "beneficiary": "The school at the harbour"
}`,
    },
    {
      operation: 'readCertificate',
      name: '7. See what became of it',
      status: 200,
      path: { id: '{{half_id}}' },
    },
  ],
};

function transferOfHalf(): string {
  return `{
  "source_id": {{source_id}},
  "target_id": {{target_id}},
  "granular_certificate_bundle_ids": [{{bundle_id}}],
  "certificate_bundle_percentage": 0.5
}`;
}
