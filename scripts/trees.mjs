// Holds the Solidity tests to their specification. Beside each tests/contracts/<Name>.t.sol lies <Name>.tree: the verbs it is about, and
// what each must do, as lines that begin with "it:". The rest of such a line is a test's name in words, and every test has its line.
// Every custom error that the interfaces declare is met by a test.
import { readFileSync, readdirSync } from "node:fs";
import { basename } from "node:path";
import { fileURLToPath } from "node:url";

const folder = (name) => fileURLToPath(new URL(`../${name}`, import.meta.url));
const files = (of, ending) =>
  readdirSync(folder(of), { recursive: true })
    .filter((file) => file.endsWith(ending))
    .map((file) => `${folder(of)}/${file}`);
const read = (file) => readFileSync(file, "utf8");

const squash = (text) => text.replace(/[^A-Za-z0-9]/g, "").toLowerCase();

// Of the standard, for tokens whose rules look at more than the two accounts.
const neverThrown = new Set(["ERC7943CannotTransfer"]);

/** The lines of a tree that a test must hold: their text without "it:". */
export const leavesOf = (tree) => [...tree.matchAll(/^ *it: (.+)$/gm)].map((m) => m[1]);

/** The tests of a file, as a leaf would say them. */
export const testsOf = (source) =>
  [...source.matchAll(/^ {4}function (?:test|testFuzz|invariant)_(\w+)\(/gm)].map((m) =>
    m[1].replace(/^RevertWhen_/, "RevertsWhen_"),
  );

/** What is in the one list and not in the other. */
export const lacking = (wanted, given) => {
  const there = new Set(given.map(squash));
  return wanted.filter((text) => !there.has(squash(text)));
};

export const errorsOf = (source) => [...source.matchAll(/^ {4}error (\w+)\(/gm)].map((m) => m[1]);

export function faults() {
  const found = [];
  const tests = files("tests/contracts", ".t.sol");
  const trees = new Map(files("tests/contracts", ".tree").map((file) => [basename(file, ".tree"), read(file)]));
  for (const file of tests) {
    const name = basename(file, ".t.sol");
    const tree = trees.get(name);
    trees.delete(name);
    if (tree === undefined) {
      found.push(`${name}.t.sol has no ${name}.tree`);
      continue;
    }
    const [leaves, named] = [leavesOf(tree), testsOf(read(file))];
    for (const leaf of lacking(leaves, named)) found.push(`${name}.tree: no test for "it: ${leaf}"`);
    for (const test of lacking(named, leaves)) found.push(`${name}.t.sol: ${test} is not in the tree`);
  }
  for (const name of trees.keys()) found.push(`${name}.tree has no ${name}.t.sol`);

  const all = tests.map(read).join("\n");
  for (const file of files("contracts/interfaces", ".sol"))
    for (const error of errorsOf(read(file)))
      if (!neverThrown.has(error) && !all.includes(`.${error}.selector`))
        found.push(`${basename(file)}: no test meets ${error}`);
  return found;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const found = faults();
  for (const fault of found) console.error(fault);
  if (found.length === 0) console.log("every leaf of a tree has a test, every test a leaf, every error a test");
  process.exit(found.length === 0 ? 0 : 1);
}
