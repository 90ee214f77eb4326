// docs/gas.md: pure functions of what was measured.

/** Our own figures: the same as in snapshots/gas.json, which the tests compare with this table. */
export function ourTable(figures, budgets = {}) {
  const rows = Object.entries(figures).map(([name, used]) => `| ${name} | ${group(used)} |${budget(budgets[name])} |`);
  return ["| transaction | gas | budget |", "|---|--:|--:|", ...rows].join("\n");
}

const group = (n) => String(n).replace(/\B(?=(\d{3})+$)/g, ",");
const budget = (b) => (b ? ` ${group(b)}` : "");

export function render(ours, peers) {
  const figures = Object.fromEntries(Object.entries(ours).map(([name, [used]]) => [name, used]));
  const budgets = Object.fromEntries(Object.entries(ours).map(([name, [, limit]]) => [name, limit]));
  const { openZeppelin, solady, trex, superfluid } = peers;
  const row = (name, our, key) =>
    `| ${name} | ${our} | ${[openZeppelin, solady, trex, superfluid].map((p) => (p[key] ? group(p[key]) : "")).join(" | ")} |`;
  const of = (name) => group(figures[name]);
  return `# Gas

Written by \`./scripts/gas-report.sh\`; do not edit. Every figure is \`gasUsed\` of a receipt: intrinsic gas, calldata and cold access included. All contracts are deployed and
driven on one chain in one run, by the same accounts; holders are plain accounts. \`snapshots/gas.json\` holds our own figures; the tests fail when one grows or passes its
budget.

## Beside published peers

| | ComputeRwa | OpenZeppelin ERC-1155 | solady ERC-1155 | T-REX (ERC-3643) | Superfluid GDA |
|---|--:|--:|--:|--:|--:|
${row("transfer to a new holder", of("transfer to a new holder"), "transferNew")}
${row("transfer to an existing holder", of("transfer to an existing holder"), "transferExisting")}
${row("approve", of("approve an operator for all"), "approve")}
${row("create the units of a lease, all to one holder", `${of("originate one, TestDollar")}; in a batch ${of("originate each further in a batch, TestDollar, one lessee")}`, "mint")}
${row("share out one period's revenue among all holders of a lease", `${of("sync one lease, 17-level proof")}; in a batch ${of("sync per lease, contiguous batch of 50")}`, "distribute")}
${row("a holder's cash, its first", of("claim, USDC-like, zero balance"), "claimNew")}
${row("a holder's cash, later", of("claim, USDC-like, existing balance"), "claimExisting")}

What the rows contain differs, and that is the point of each design:

- **ComputeRwa**: a transfer checks both sides' eligibility, the series' policy and frozen units, and settles the revenue of both holders to the block. Creating units checks two
  EIP-712 signatures and all terms, and pulls the notice epochs' escrow from the lessee. Sharing out proves a leaf of the epoch's tree; in addition one post of
  ${of("epoch post, full ring, 1,000 leases")} an epoch covers all leases together. Cash is paid in a USDC-like token behind a proxy.
- **OpenZeppelin ${peers.versions.openZeppelin}** and **solady ${peers.versions.solady}**: the token alone, with neither eligibility nor revenue; anybody may mint. Compiled here from the packages' sources with the settings of our
  contracts (solc 0.8.36, IR pipeline, 200 runs, Cancun).
- **T-REX ${peers.versions.trex}**: an ERC-20 per asset with identities: one claim topic, one trusted issuer, no compliance module. No revenue. The artifacts of its package (solc 0.8.17, as
  shipped), behind its own proxies; identities without theirs, which is to its advantage. \`approve\` is an ERC-20 allowance.
- **Superfluid ${peers.versions.superfluid}**: a pool of the General Distribution Agreement; units move between members by the pool's \`transfer\`, revenue of a super token is shared out in one transaction
  and claimed by each member. No eligibility. The artifacts of its package (solc 0.8.35, 200 runs, without the IR pipeline, as shipped). Creating is \`createPool\` and
  \`updateMemberUnits\`.

## Our own, with budgets

${ourTable(figures, budgets)}
`;
}
