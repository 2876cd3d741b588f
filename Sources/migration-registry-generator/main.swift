// Writes the list of a target's migrations: `migration-registry-generator OUTPUT FILE…`.
//
// Each FILE is named `NNN_Name.swift` and declares the migration `Name` with the number NNN; numbers start at 001 and
// have no gaps. Anything else is a build error at that file.

import Foundation

struct Entry {
    var path: String
    var number: Int
    var type: String
}

func fail(_ path: String, _ message: String) -> Never {
    FileHandle.standardError.write(Data("\(path):1:1: error: \(message)\n".utf8))
    exit(1)
}

let arguments = CommandLine.arguments.dropFirst()
guard let output = arguments.first else {
    fail("migration-registry-generator", "usage: migration-registry-generator OUTPUT FILE…")
}

var entries: [Entry] = []
for path in arguments.dropFirst() {
    let file = URL(filePath: path).deletingPathExtension().lastPathComponent
    guard let match = file.wholeMatch(of: /([0-9]{3})_([A-Z][A-Za-z0-9]*)/), let number = Int(match.1) else {
        fail(path, "a migration file is named NNN_Name.swift, such as 008_ForeignkeyRefactoring.swift")
    }
    let type = String(match.2)
    let source: String
    do {
        source = try String(contentsOf: URL(filePath: path), encoding: .utf8)
    } catch {
        fail(path, "this file cannot be read: \(error.localizedDescription)")
    }
    guard source.contains("struct \(type): Migration") else {
        fail(path, "this file must declare 'struct \(type): Migration'")
    }
    entries.append(Entry(path: path, number: number, type: type))
}
entries.sort { ($0.number, $0.path) < ($1.number, $1.path) }

for (index, entry) in entries.enumerated() where entry.number != index + 1 {
    if index > 0, entries[index - 1].number == entry.number {
        fail(entry.path, "the number is taken by \(entries[index - 1].type)")
    }
    fail(entry.path, "number \(index + 1) is missing before this migration")
}

var generated = """
    // Generated from the file names in Migrations/. Do not edit.
    import Migrations

    /// Every migration of this module in numerical order, from 1.
    let registeredMigrations: [(name: String, migration: any Migration)] = [

    """
for entry in entries {
    // A word begins with a capital after a small letter, and with the last capital of an acronym: RepoLFSSettings.
    let name = entry.type.replacing(/([a-z0-9])([A-Z])|([A-Z])([A-Z][a-z])/) { match in
        "\(match.1 ?? match.3 ?? "")_\(match.2 ?? match.4 ?? "")"
    }.lowercased()
    generated += "    (name: \"\(name)\", migration: \(entry.type)()),\n"
}
generated += "]\n"
do {
    try generated.write(toFile: output, atomically: true, encoding: .utf8)
} catch {
    fail(output, "cannot be written: \(error)")
}
