// Writes docs/gas.md: our transactions beside those of published peers, on one chain in one run. ./scripts/gas-report.sh installs the
// peers and builds the contracts first.
import { readFileSync, writeFileSync } from "node:fs";
import { measure1155 } from "./gas/erc1155.mjs";
import { open } from "./gas/harness.mjs";
import { measureOurs } from "./gas/ours.mjs";
import { render } from "./gas/report.mjs";
import { measureSuperfluid } from "./gas/superfluid.mjs";
import { measureTrex } from "./gas/trex.mjs";

const version = (folder, name) =>
  JSON.parse(readFileSync(new URL(`${folder}/node_modules/${name}/package.json`, import.meta.url), "utf8")).version;

// Superfluid's own deployer is larger than a contract may be on a public chain; what it deploys is not.
const h = await open({ allowUnlimitedContractSize: true });
const ours = await measureOurs(h);
const peers = {
  openZeppelin: await measure1155(h, "OpenZeppelin1155"),
  solady: await measure1155(h, "Solady1155"),
  trex: await measureTrex(h),
  superfluid: await measureSuperfluid(h),
  versions: {
    openZeppelin: version("..", "@openzeppelin/contracts"),
    solady: version("./peers", "solady"),
    trex: version("./peers", "@tokenysolutions/t-rex"),
    superfluid: version("./peers", "@superfluid-finance/ethereum-contracts"),
  },
};
await h.close();
const report = render(ours, peers);
writeFileSync(new URL("../docs/gas.md", import.meta.url), report);
console.log(report.slice(report.indexOf("| |"), report.indexOf("\nWhat the rows")));
process.exit(0);
