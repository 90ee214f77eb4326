// T-REX (ERC-3643), from the artifacts of its package, behind its own proxies as it is used: one claim topic, one trusted issuer, no
// compliance module. Identities are contracts of their own without a proxy, which spares it two delegate calls.
import { createRequire } from "node:module";
import { AbiCoder, getBytes, id as hash, keccak256 } from "ethers";
import { gas } from "./harness.mjs";

const require = createRequire(new URL("../peers/package.json", import.meta.url));
const artifact = (path) => require(`@tokenysolutions/t-rex/artifacts/${path}.json`);
const ours = (path) => artifact(`contracts/${path}.sol/${path.split("/").pop()}`);
const onchainId = (name) => artifact(`@onchain-id/solidity/contracts/${name}.sol/${name}`);
const abi = AbiCoder.defaultAbiCoder();
const topic = BigInt(hash("KYC"));

export async function measureTrex(h) {
  const { token, registry } = await deploySuite(h);
  const issuer = await trustedIssuer(h, registry);
  for (const investor of [h.provider, h.holder, h.newcomer]) await register(h, registry, issuer, investor);

  const rows = {};
  await gas(token.mint(h.newcomer, 1_000_000));
  rows.mint = await gas(token.mint(h.provider, 1_000_000));
  await gas(token.unpause());
  const transfer = () => token.connect(h.provider).transfer(h.holder, 250_000);
  rows.transferNew = await gas(transfer());
  rows.transferExisting = await gas(transfer());
  rows.approve = await gas(token.connect(h.provider).approve(h.relayer, 1_000_000));
  return rows;
}

async function deploySuite(h) {
  const zero = `0x${"0".repeat(40)}`;
  const logic = async (path) => (await h.deployArtifact(ours(path))).getAddress();
  const authority = await h.deployArtifact(ours("proxy/authority/TREXImplementationAuthority"), true, zero, zero);
  await gas(
    authority.addAndUseTREXVersion(
      { major: 4, minor: 1, patch: 6 },
      {
        tokenImplementation: await logic("token/Token"),
        ctrImplementation: await logic("registry/implementation/ClaimTopicsRegistry"),
        irImplementation: await logic("registry/implementation/IdentityRegistry"),
        irsImplementation: await logic("registry/implementation/IdentityRegistryStorage"),
        tirImplementation: await logic("registry/implementation/TrustedIssuersRegistry"),
        mcImplementation: await logic("compliance/modular/ModularCompliance"),
      },
    ),
  );
  // A proxy, seen through the interface of what is behind it.
  async function behindProxy(proxy, path, ...args) {
    const deployed = await h.deployArtifact(ours(`proxy/${proxy}`), authority, ...args);
    return new deployed.constructor(await deployed.getAddress(), ours(path).abi, h.owner);
  }
  const topics = await behindProxy("ClaimTopicsRegistryProxy", "registry/implementation/ClaimTopicsRegistry");
  const issuers = await behindProxy("TrustedIssuersRegistryProxy", "registry/implementation/TrustedIssuersRegistry");
  const storage = await behindProxy("IdentityRegistryStorageProxy", "registry/implementation/IdentityRegistryStorage");
  const compliance = await behindProxy("ModularComplianceProxy", "compliance/modular/ModularCompliance");
  const identities = await behindProxy(
    "IdentityRegistryProxy",
    "registry/implementation/IdentityRegistry",
    issuers,
    topics,
    storage,
  );
  const tokenIdentity = await h.deployArtifact(onchainId("Identity"), h.owner, false);
  const token = await behindProxy(
    "TokenProxy",
    "token/Token",
    identities,
    compliance,
    "Lease",
    "LEASE",
    0,
    tokenIdentity,
  );
  await gas(storage.bindIdentityRegistry(identities));
  await gas(topics.addClaimTopic(topic));
  await gas(identities.addAgent(h.owner));
  await gas(token.addAgent(h.owner));
  return { token, registry: { identities, issuers } };
}

async function trustedIssuer(h, { issuers }) {
  const signer = h.party("claim signer");
  const issuer = await h.deployArtifact(onchainId("ClaimIssuer"), h.owner);
  await gas(issuer.addKey(keccak256(abi.encode(["address"], [signer.address])), 3, 1));
  await gas(issuers.addTrustedIssuer(issuer, [topic]));
  return { issuer, signer };
}

async function register(h, { identities }, { issuer, signer }, investor) {
  const identity = await h.deployArtifact(onchainId("Identity"), investor, false);
  const data = hash(`claim of ${investor.address}`);
  const signed = keccak256(abi.encode(["address", "uint256", "bytes"], [await identity.getAddress(), topic, data]));
  const signature = await signer.signMessage(getBytes(signed));
  await gas(identity.connect(investor).addClaim(topic, 1, issuer, signature, data, ""));
  await gas(identities.registerIdentity(investor, identity, 840));
  if (!(await identities.isVerified(investor))) throw new Error("T-REX does not take the investor as verified");
}
