// What the mutation tests rest on: which mutants a source has, and when a report may not stand.
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { test } from "node:test";
import { codeHash, mutantsOf, mutated, sample } from "../mutation/mutants.mjs";
import { faults, render } from "../mutation/report.mjs";

const solc = createRequire(import.meta.url)("solc");
const source = `// SPDX-License-Identifier: MIT
pragma solidity 0.8.36;
/// Not ASCII: a ≤ b, so that byte and character offsets differ.
contract Sample {
    uint256 public total;
    error TooLarge();
    modifier small(uint256 a) { if (a > 10) revert TooLarge(); _; }
    function add(uint256 a, bool b) external small(a) {
        if (a == 7) revert TooLarge();
        require(b && a < 100, "b");
        for (uint256 i = 0; i < a; ++i) total += i * 2;
        total = b ? total : type(uint24).max;
    }
}
`;

function compiled(content) {
  const settings = { outputSelection: { "*": { "": ["ast"], "*": ["evm.bytecode.object"] } } };
  const input = { language: "Solidity", sources: { "Sample.sol": { content } }, settings };
  const output = JSON.parse(solc.compile(JSON.stringify(input)));
  const error = output.errors?.find((e) => e.severity === "error");
  return { error: error?.formattedMessage, ast: output.sources["Sample.sol"]?.ast };
}
const mutants = mutantsOf("Sample.sol", source, compiled(source).ast);
const changes = mutants.map((m) => `${m.kind}: ${m.from} → ${m.to}`);

test("every kind of change is made where it can be", () => {
  for (const expected of [
    "operator: > → >=",
    "operator: > → <=",
    "operator: == → !=",
    "operator: && → ||",
    "operator: ++ → --",
    "operator: += → -=",
    "operator: * → /",
    "constant: 10 → 11",
    'constant: "b" → "~"',
    "constant: type(uint24).max → (type(uint24).max - 1)",
    "condition: b ? total : type(uint24).max → (b ? type(uint24).max : total)",
    "check dropped: if (a == 7) revert TooLarge(); → {}",
    'check dropped: require(b && a < 100, "b"); → {}',
    "check dropped: small(a) → ",
    "statement dropped: total += i * 2; → {}",
  ])
    assert.ok(changes.includes(expected), `${expected} is not among\n${changes.join("\n")}`);
});

test("every mutant compiles and is another program", () => {
  for (const m of mutants) {
    const changed = mutated(source, m);
    assert.notEqual(changed, source);
    const { error } = compiled(changed);
    assert.equal(error, undefined, `${m.from} → ${m.to}: ${error}`);
  }
});

test("mutants are told apart, and keep their names when a line moves", () => {
  assert.equal(new Set(mutants.map((m) => m.id)).size, mutants.length);
  const moved = source.replace("contract Sample", "\n\ncontract Sample");
  assert.deepEqual(
    mutantsOf("Sample.sol", moved, compiled(moved).ast).map((m) => m.id),
    mutants.map((m) => m.id),
  );
});

test("a sample is repeatable and another with another seed", () => {
  const ids = (seed) => sample(mutants, 5, seed).map((m) => m.id);
  assert.deepEqual(ids("1"), ids("1"));
  assert.notDeepEqual(ids("1"), ids("2"));
});

test("a comment does not change the code, a string does", () => {
  assert.equal(codeHash(source), codeHash(source.replace("/// Not ASCII: a ≤ b", "/* other */ //")));
  assert.notEqual(codeHash(source), codeHash(source.replace('"b"', '"c"')));
  assert.notEqual(codeHash('a = "// x";'), codeHash('a = "// y";'));
});

test("a report of other code, with too few kills or an unexplained survivor does not stand", () => {
  const killed = Array.from({ length: 396 }, (_, i) => ({ id: `k${i}`, kind: "operator", verdict: "killed", ms: 1 }));
  const survived = { id: "s", kind: "constant", verdict: "survived", line: 1, where: "f", from: "1", to: "2", ms: 1 };
  const report = (mutants) => ({ sample: null, files: { "contracts/A.sol": { code: "1", mutants } } });
  const good = report([...killed, survived]);
  const code = { "contracts/A.sol": "1" };
  assert.deepEqual(faults(good, code, { s: "why" }), []);
  assert.match(faults(good, { "contracts/A.sol": "2" }, { s: "why" })[0], /another contracts\/A.sol/);
  assert.match(faults(good, { ...code, "contracts/B.sol": "1" }, { s: "why" })[0], /another contracts\/B.sol/);
  assert.match(faults(good, {}, { s: "why" })[0], /A.sol is gone/);
  assert.match(faults(good, code, {})[0], /survivor s is not explained/);
  assert.match(faults(good, code, { s: "why", t: "why" })[0], /explanation of t is of no survivor/);
  const bad = report([...killed.slice(0, 375), ...Array.from({ length: 25 }, () => survived)]);
  assert.match(faults(bad, code, { s: "why" })[0], /93.75 % killed is less/);
  assert.match(faults(report(killed.slice(0, 299)), code, {})[0], /299 mutants are too few/);
  const open = report([...killed, { id: "u", kind: "constant", verdict: "undecided", ms: 0 }]);
  assert.match(faults(open, code, {})[0], /1 mutants are undecided/);
  assert.match(render(good, { s: "because" }), /396 of 397 killed: 99.74 %/);
  assert.match(render(good, { s: "because" }), /`A.sol:1` \(`f`, s\): `1` → `2`\. because/);
});
