using System.Numerics;
using System.Text.Json;
using Nethereum.ABI;
using Nethereum.ABI.FunctionEncoding.Attributes;
using Nethereum.Contracts;
using Nethereum.Hex.HexConvertors.Extensions;

namespace Nethereum.Conformance;

// From the ABI specification.
[Function("sam")]
public class Sam : FunctionMessage
{
    [Parameter("bytes", "data", 1)]
    public byte[] Data { get; set; } = [];

    [Parameter("bool", "flag", 2)]
    public bool Flag { get; set; }

    [Parameter("uint256[]", "numbers", 3)]
    public List<BigInteger> Numbers { get; set; } = [];
}

[Function("g")]
public class Nested : FunctionMessage
{
    [Parameter("uint256[][]", "numbers", 1)]
    public List<List<BigInteger>> Numbers { get; set; } = [];

    [Parameter("string[]", "texts", 2)]
    public List<string> Texts { get; set; } = [];
}

[FunctionOutput]
public class Pair : IFunctionOutputDTO
{
    [Parameter("uint256", "first", 1)]
    public BigInteger First { get; set; }

    [Parameter("string", "second", 2)]
    public string Second { get; set; } = "";
}

[Function("spell")]
public class Spelled : FunctionMessage
{
    [Parameter("tuple[]", "notes", 1, "Note[]")]
    public List<Note> Notes { get; set; } = [];

    [Parameter("uint", "alias", 2)]
    public BigInteger Alias { get; set; }
}

public class AbiTests
{
    [Fact]
    public void The_specification_s_flat_example_encodes()
    {
        var data = new Sam { Data = "dave"u8.ToArray(), Flag = true, Numbers = [1, 2, 3] }.GetCallData().ToHex();
        Assert.Equal(
            "a5643bf2"
            + "0000000000000000000000000000000000000000000000000000000000000060"
            + "0000000000000000000000000000000000000000000000000000000000000001"
            + "00000000000000000000000000000000000000000000000000000000000000a0"
            + "0000000000000000000000000000000000000000000000000000000000000004"
            + "6461766500000000000000000000000000000000000000000000000000000000"
            + "0000000000000000000000000000000000000000000000000000000000000003"
            + "0000000000000000000000000000000000000000000000000000000000000001"
            + "0000000000000000000000000000000000000000000000000000000000000002"
            + "0000000000000000000000000000000000000000000000000000000000000003",
            data);
    }

    [Fact]
    public void The_specification_s_nested_example_encodes()
    {
        var data = new Nested { Numbers = [[1, 2], [3]], Texts = ["one", "two", "three"] }.GetCallData().ToHex();
        Assert.Equal(
            "2289b18c"
            + "0000000000000000000000000000000000000000000000000000000000000040"
            + "0000000000000000000000000000000000000000000000000000000000000140"
            + "0000000000000000000000000000000000000000000000000000000000000002"
            + "0000000000000000000000000000000000000000000000000000000000000040"
            + "00000000000000000000000000000000000000000000000000000000000000a0"
            + "0000000000000000000000000000000000000000000000000000000000000002"
            + "0000000000000000000000000000000000000000000000000000000000000001"
            + "0000000000000000000000000000000000000000000000000000000000000002"
            + "0000000000000000000000000000000000000000000000000000000000000001"
            + "0000000000000000000000000000000000000000000000000000000000000003"
            + "0000000000000000000000000000000000000000000000000000000000000003"
            + "0000000000000000000000000000000000000000000000000000000000000060"
            + "00000000000000000000000000000000000000000000000000000000000000a0"
            + "00000000000000000000000000000000000000000000000000000000000000e0"
            + "0000000000000000000000000000000000000000000000000000000000000003"
            + "6f6e650000000000000000000000000000000000000000000000000000000000"
            + "0000000000000000000000000000000000000000000000000000000000000003"
            + "74776f0000000000000000000000000000000000000000000000000000000000"
            + "0000000000000000000000000000000000000000000000000000000000000005"
            + "7468726565000000000000000000000000000000000000000000000000000000",
            data);
    }

    [Fact]
    public void Selectors_spell_structs_by_their_fields()
    {
        var signature = "spell((string,(int64,uint128),bytes[])[],uint256)";
        var expected = Nethereum.Util.Sha3Keccack.Current.CalculateHash(signature)[..8];
        Assert.Equal(expected, new Spelled().GetCallData().ToHex()[..8]);
    }

    [Fact]
    public void Every_shape_survives_the_way_there_and_back() => Property.HoldsForSeeds(random =>
    {
        var message = Everything.From(random);
        var read = new Everything().DecodeInput(message.GetCallData().ToHex(true));
        return JsonSerializer.Serialize(Comparable(message)) == JsonSerializer.Serialize(Comparable(read));
    });

    [Fact]
    [Trait("Only", Vectors.StricterThanOfficial)]
    public void Shortened_data_is_refused() => Property.HoldsForSeeds(random =>
    {
        var data = Everything.From(random).GetCallData();
        var words = (data.Length - 4) / 32;
        var shortened = data[..(4 + 32 * random.Next(words))].ToHex(true);
        Assert.ThrowsAny<Exception>(() => new Everything().DecodeInput(shortened));
        return true;
    });

    [Fact]
    [Trait("Only", Vectors.StricterThanOfficial)]
    public void A_length_beyond_the_data_is_refused_before_anything_is_allocated()
    {
        var data = new Sam().GetCallData();
        var lengthOfNumbers = 4 + 4 * 32;
        data.AsSpan(lengthOfNumbers + 28, 4).Fill(0x7f);
        Assert.ThrowsAny<Exception>(() => new Sam().DecodeInput(data.ToHex(true)));
    }

    [Fact]
    [Trait("Only", Vectors.StricterThanOfficial)]
    public void Data_of_another_function_is_refused() =>
        Assert.ThrowsAny<Exception>(() => new Sam().DecodeInput(new Nested().GetCallData().ToHex(true)));

    [Theory]
    [InlineData(-1)]
    [InlineData(256)]
    public void Numbers_that_do_not_fit_are_refused(int number) =>
        Assert.ThrowsAny<Exception>(() => new ABIEncode().GetABIEncoded(new ABIValue("uint8", number)));

    [Fact]
    [Trait("Only", Vectors.StricterThanOfficial)]
    public void A_short_address_is_refused() =>
        Assert.ThrowsAny<Exception>(() => new ABIEncode().GetABIEncoded(new ABIValue("address", "0xabcd")));

    [Fact]
    public void Outputs_are_read_into_their_class()
    {
        var data = new ABIEncode().GetABIEncoded(new ABIValue("uint256", 7), new ABIValue("string", "seven")).ToHex(true);
        var pair = new Pair().DecodeOutput(data);
        Assert.Equal(7, pair.First);
        Assert.Equal("seven", pair.Second);
    }

    [Fact]
    public void No_output_at_all_leaves_the_class_as_it_was() => Assert.Equal(0, new Pair().DecodeOutput("0x").First);

    // From the Solidity documentation: int16(-1), bytes1(0x42), uint16(0x03), string("Hello, world!").
    [Fact]
    public void Packed_values_follow_each_other_without_padding()
    {
        var packed = new ABIEncode().GetABIEncodedPacked(
            new ABIValue("int16", -1), new ABIValue("bytes1", new byte[] { 0x42 }), new ABIValue("uint16", 3), new ABIValue("string", "Hello, world!"));
        Assert.Equal("ffff42000348656c6c6f2c20776f726c6421", packed.ToHex());
    }

    [Fact]
    public void Packed_addresses_and_bools_take_their_own_size()
    {
        var packed = new ABIEncode().GetABIEncodedPacked(
            new ABIValue("address", "0xbBbBBBBbbBBBbbbBbbBbbbbBBbBbbbbBbBbbBBbB"), new ABIValue("bool", true), new ABIValue("bytes32", new byte[32]));
        Assert.Equal(string.Concat(Enumerable.Repeat("bb", 20)) + "01" + new string('0', 64), packed.ToHex());
    }

    [Fact]
    public void Loose_values_take_their_usual_types()
    {
        var encode = new ABIEncode();
        var typed = encode.GetABIEncoded(new ABIValue("uint256", 5), new ABIValue("string", "x"), new ABIValue("bool", true));
        Assert.Equal(typed, encode.GetABIEncoded(5, "x", true));
        Assert.Equal(Nethereum.Util.Sha3Keccack.Current.CalculateHash(typed), encode.GetSha3ABIEncoded(5, "x", true));
    }

    [Fact]
    public void A_class_of_parameters_encodes_and_decodes_whole()
    {
        var pair = new Pair { First = 9, Second = "nine" };
        var encoded = new ABIEncode().GetABIParamsEncoded(pair);
        var read = new ABIEncode().DecodeEncodedComplexType<Pair>(encoded);
        Assert.Equal((pair.First, pair.Second), (read.First, read.Second));
    }

    private static object Comparable(Everything m) => new
    {
        m.Small,
        Signed = m.Signed.ToString(),
        Unsigned = m.Unsigned.ToString(),
        m.Account,
        m.Flag,
        m.Hash,
        m.Selector,
        m.Data,
        m.Text,
        m.Numbers,
        m.Three,
        m.Texts,
        m.Pair,
        m.Proofs,
        Point = Comparable(m.Point),
        Note = Comparable(m.Note),
        Points = m.Points.Select(Comparable),
        Notes = m.Notes.Select(Comparable),
        Corners = m.Corners.Select(Comparable),
        m.Kind,
    };

    private static string Comparable(Point point) => $"{point.X} {point.Y}";

    private static string Comparable(Note note) =>
        $"{note.Text} {Comparable(note.At)} {string.Join(' ', note.Parts.Select(part => part.ToHex()))}";
}
