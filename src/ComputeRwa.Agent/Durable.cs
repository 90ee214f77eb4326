using System.Runtime.InteropServices;

namespace ComputeRwa.Agent;

/// <summary>Files that are whole or not there, also after the power was cut.</summary>
internal static class Durable
{
    public const string Unfinished = ".tmp";

    /// <summary>Written beside, on the disk, then given its name, which is on the disk too when this returns.</summary>
    public static void Write(string path, ReadOnlySpan<byte> bytes)
    {
        using (var file = new FileStream(path + Unfinished, FileMode.Create, FileAccess.Write, FileShare.None))
        {
            file.Write(bytes);
            file.Flush(flushToDisk: true);
        }
        Move(path + Unfinished, path);
    }

    public static void Move(string from, string to)
    {
        File.Move(from, to, overwrite: true);
        SyncFolder(to);
        if (Path.GetDirectoryName(from) != Path.GetDirectoryName(to)) SyncFolder(from);
    }

    /// <summary>fsync of the folder that holds a file: .NET has no way to open a folder.</summary>
    public static void SyncFolder(string path)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        var descriptor = Open(folder, 0);
        if (descriptor < 0) throw new IOException($"{folder} cannot be opened: error {Marshal.GetLastPInvokeError()}.");
        var result = FSync(descriptor);
        var error = Marshal.GetLastPInvokeError();
        _ = Close(descriptor);
        if (result != 0) throw new IOException($"{folder} cannot be written to the disk: error {error}.");
    }

    [DllImport("libc", EntryPoint = "open", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Open([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags);

    [DllImport("libc", EntryPoint = "fsync", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int FSync(int descriptor);

    [DllImport("libc", EntryPoint = "close")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Close(int descriptor);
}
