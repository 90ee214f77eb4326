// Runs the Solidity tests and ends with how much the random ones tried: fuzz cases, and calls made in search of a broken invariant.
import { rmSync, writeFileSync } from "node:fs";
import hre from "hardhat";

const counts = process.argv[2]; // a file for the counts
if (counts) rmSync(counts, { force: true });

const result = await hre.tasks.getTask(["test", "solidity"]).run({});
const { suiteResults } = result.success ? result.value : result.error;
const tests = suiteResults.flatMap((s) => s.testResults);
const kinds = tests.map((t) => t.kind);
const ended = (status) => tests.filter((t) => t.status === status).length;
const sum = (of, what) => kinds.filter(of).reduce((total, k) => total + Number(k[what]), 0);
const cases = sum((k) => "meanGas" in k, "runs");
const calls = sum((k) => "calls" in k, "calls");
console.log(`${cases} fuzz cases, ${calls} invariant calls`);
if (counts) writeFileSync(counts, `${ended("Success")} ${ended("Failure")} ${cases} ${calls}\n`);
process.exit(result.success ? 0 : 1);
