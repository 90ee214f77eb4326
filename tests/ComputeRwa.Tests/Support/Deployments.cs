using ComputeRwa.Chain;

namespace ComputeRwa.Tests.Support;

internal static class Deployments
{
    /// <summary>Contracts that no chain has, for what only needs their addresses; epochs of half an hour.</summary>
    public static readonly Deployment Example = new(
        31337, 1, 1_800, 0, "0", "0", 7, "0x00",
        new("0x5FbDB2315678afecb367f032d93F642f64180aa3", "0xe7f1725E7734CE288F8367e1Bb143E90bb3F0512", "0x9fE46736679d2D9a65F0992F2272dE9f3c7fa6e0",
            "0xCf7Ed3AccA5a467e9e704C703E8D87F634fB0Fc9", "0x5FC8d32690cc91D4c39d9d3abcBD16989F875707", "0x0165878A594ca255338adfa4d48449f69242Eb8F",
            "0xDc64a140Aa3E981100a9becA4E685f962f0cF6C9", "0xDc64a140Aa3E981100a9becA4E685f962f0cF6C9"),
        [], 2, "0x0000000000000000000000000000000000000001", "0x0000000000000000000000000000000000000002");
}
