import Foundation

/// The programs of this package, which the build puts beside the test bundle.
enum BuiltProgram {
    /// The command itself.
    static let command = path("kohaku-migrate")
    /// A run of the catalogue that dies before a statement.
    static let crashProbe = path("crash-probe")

    private static func path(_ name: String) -> String {
        URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent().appending(path: name).path()
    }
}
