import Foundation
import PackagePlugin

/// Finds the `NNN_Name.swift` files of a target and generates the list of its migrations, so that adding a
/// migration is adding a file.
@main
struct MigrationRegistry: BuildToolPlugin {
    func createBuildCommands(context: PluginContext, target: any Target) throws -> [Command] {
        guard let target = target.sourceModule else { return [] }
        let sources = target.sourceFiles(withSuffix: "swift").map(\.url)
            .filter { $0.deletingLastPathComponent().lastPathComponent == "Migrations" }
        let output = context.pluginWorkDirectoryURL.appending(path: "MigrationRegistry.swift")
        return [
            .buildCommand(
                displayName: "Listing the migrations of \(target.name)",
                executable: try context.tool(named: "migration-registry-generator").url,
                arguments: ([output] + sources).map { $0.path(percentEncoded: false) },
                inputFiles: sources,
                outputFiles: [output]
            )
        ]
    }
}
