namespace Nethereum.Model;

public class AccessListItem
{
    public AccessListItem()
    {
    }

    public AccessListItem(string address, List<byte[]> storageKeys)
    {
        Address = address;
        StorageKeys = storageKeys;
    }

    public string Address { get; set; } = "";

    /// <summary>32 bytes each.</summary>
    public List<byte[]> StorageKeys { get; set; } = [];
}
