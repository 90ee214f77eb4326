using ComputeRwa.Chain;

namespace ComputeRwa.Tests.Chain;

/// <summary>The words of nodes, each as it sends them.</summary>
public sealed class NodeAnswerTests
{
    [Theory]
    [InlineData("Taken", null)]
    [InlineData("Taken", "already known")] // geth, erigon, reth, nethermind
    [InlineData("Taken", "AlreadyKnown")] // nethermind, earlier
    [InlineData("Taken", "Known transaction")] // besu
    [InlineData("Taken", "Known transaction: 0xabc")] // hardhat
    [InlineData("Taken", "transaction already imported")] // anvil
    [InlineData("Taken", "[0xabc] Already imported")] // reth, earlier
    [InlineData("Taken", "existing txn with same hash")] // erigon
    [InlineData("NonceUsed", "nonce too low: next nonce 8, tx nonce 7")] // geth
    [InlineData("NonceUsed", "nonce too low")] // erigon, anvil, reth
    [InlineData("NonceUsed", "Nonce too low")] // besu
    [InlineData("NonceUsed", "Nonce too low. Expected nonce to be 1 but got 0.")] // hardhat
    [InlineData("NonceUsed", "OldNonce, Current nonce: 8, nonce of rejected tx: 7")] // nethermind
    [InlineData("NonceGap", "nonce too high")] // geth
    [InlineData("NonceGap", "Nonce too high. Expected nonce to be 1 but got 5. Note that transactions can't be queued when automining.")] // hardhat
    [InlineData("NonceGap", "Transaction nonce is too distant from current sender nonce")] // besu
    [InlineData("NonceGap", "An invalid transaction with a lower nonce exists")] // besu
    [InlineData("NonceGap", "NonceGap, Future nonce. Expected nonce: 1")] // nethermind
    [InlineData("NonceGap", "future transaction tries to replace pending")] // geth
    [InlineData("NonceGap", "gapped-nonce tx from delegated accounts")] // geth
    [InlineData("Underpriced", "transaction underpriced")] // geth, reth
    [InlineData("Underpriced", "transaction underpriced: gas tip cap 0, minimum needed 1")] // geth
    [InlineData("Underpriced", "replacement transaction underpriced")] // geth, erigon, reth, anvil
    [InlineData("Underpriced", "Replacement transaction underpriced")] // besu
    [InlineData("Underpriced", "Replacement transaction underpriced. A gasPrice/maxFeePerGas of at least 22 is necessary to replace the existing transaction with nonce 0.")] // hardhat
    [InlineData("Underpriced", "[0xabc]: insufficient gas price to replace existing transaction.")] // reth, earlier
    [InlineData("Underpriced", "ReplacementNotAllowed")] // nethermind
    [InlineData("Underpriced", "FeeTooLow, MaxFeePerGas too low.")] // nethermind
    [InlineData("Underpriced", "fee too low")] // erigon
    [InlineData("Underpriced", "could not replace existing tx")] // erigon
    [InlineData("Underpriced", "Gas price below configured minimum gas price")] // besu
    [InlineData("Underpriced", "Gas price below current base fee")] // besu
    [InlineData("Underpriced", "max fee per gas less than block base fee")] // geth, anvil, reth
    [InlineData("Underpriced", "Transaction maxFeePerGas (1) is too low for the next block, which has a baseFeePerGas of 875000000")] // hardhat
    [InlineData("NoFunds", "insufficient funds for gas * price + value: balance 0, tx cost 1")] // geth, reth
    [InlineData("NoFunds", "Insufficient funds for gas * price + value")] // anvil
    [InlineData("NoFunds", "InsufficientFunds, Account balance: 0, cumulative cost: 1")] // nethermind
    [InlineData("NoFunds", "Upfront cost exceeds account balance")] // besu
    [InlineData("NoFunds", "transaction overdraws from account")] // reth, earlier
    [InlineData("NoFunds", "Sender doesn't have enough funds to send tx. The max upfront cost is: 2 and the sender's balance is: 1.")] // hardhat
    [InlineData("Full", "txpool is full")] // geth, reth
    [InlineData("Full", "pending sub-pool is full")] // erigon
    [InlineData("Full", "queued sub-pool is full")] // erigon
    [InlineData("Full", "[0xabc] Transaction discarded outright due to pool size constraints.")] // reth
    [InlineData("Full", "in-flight transaction limit reached for delegated accounts")] // geth
    [InlineData("Full", "Transaction pool not enabled. (Either txpool explicitly disabled, or node not yet in sync).")] // besu
    [InlineData("Never", "intrinsic gas too low: gas 20000, minimum needed 21000")] // geth
    [InlineData("Never", "IntrinsicGas")] // erigon
    [InlineData("Never", "Intrinsic gas exceeds gas limit")] // besu
    [InlineData("Never", "Transaction requires at least 21432 gas but got 21000")] // hardhat
    [InlineData("Never", "exceeds block gas limit")] // geth, reth
    [InlineData("Never", "Transaction gas limit exceeds block gas limit")] // besu
    [InlineData("Never", "Transaction gas limit is 70000000 and exceeds block gas limit of 60000000")] // hardhat
    [InlineData("Never", "GasLimitExceeded, Gas limit: 30000000, gas limit of rejected tx: 40000000")] // nethermind
    [InlineData("Never", "transaction gas limit too high (cap: 16777216, tx: 20000000)")] // geth
    [InlineData("Never", "oversized data: transaction size 200000, limit 131072")] // geth
    [InlineData("Never", "RLPTooLong")] // erigon
    [InlineData("Unclear", "invalid chain id for signer: have 1 want 31337")] // another chain behind the URL for a while
    [InlineData("Unclear", "Wrong chainId")]
    [InlineData("Unclear", "invalid sender")]
    [InlineData("Unclear", "unknown transaction type")]
    [InlineData("Unclear", "tx fee (1.20 ether) exceeds the configured cap (1.00 ether)")]
    [InlineData("Unclear", "something else")]
    public void Answers_to_a_broadcast_are_told_apart(string expected, string? words) => Assert.Equal(expected, NodeAnswers.Of(words).ToString());
}
