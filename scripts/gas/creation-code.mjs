// Prints the creation code of a published token, as the gas report compiles it: node scripts/gas/creation-code.mjs OpenZeppelin1155
import { compilePeer } from "./erc1155.mjs";

process.stdout.write(compilePeer(process.argv[2]).bytecode);
