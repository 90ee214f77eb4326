// Compiles the contracts and their tests at the same time, on two cores; `hardhat build` takes one after the other.
import hre from "hardhat";

const build = hre.tasks.getTask("build");
await Promise.all([build.run({ noTests: true }), build.run({ noContracts: true })]);
