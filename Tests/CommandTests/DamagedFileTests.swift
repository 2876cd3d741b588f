import Foundation
import Migrations
import MigrationsTesting
import Testing

/// A hub's file whose table `file` lost a page.
@Suite("A damaged file")
struct DamagedFileTests {
    @Test(
        "is named, with what helps and no SQL",
        arguments: [("plan", 4), ("run", 4), ("repair", 4), ("verify", 3)], ["v07", "v14"])
    func named(_ verb: (name: String, status: Int32), _ version: String) throws {
        try TestBackend.sqlite.withHub(version) { hub in
            let connection = try hub.database.connect()
            let size = try connection.integer("PRAGMA page_size")
            let root = try connection.integer("SELECT rootpage FROM sqlite_schema WHERE name = 'file'")
            guard case .sqlite(let path) = hub.database else { return }
            var data = try Data(contentsOf: URL(filePath: path))
            let place = Int((root - 1) * size)..<Int(root * size)
            data.replaceSubrange(place, with: Data(count: place.count))
            try data.write(to: URL(filePath: path))
            let consent = ["run", "repair"].contains(verb.name) ? ["--yes"] : []
            let outcome = try hub.command.run([verb.name] + consent)
            #expect(outcome.status == verb.status)
            let text = outcome.output + outcome.errors
            #expect(text.contains("Table file is damaged, and some of its rows may be lost."))
            #expect(text.contains("Restore a backup."))
            #expect(!text.contains("SELECT"))
            #expect(try Data(contentsOf: URL(filePath: path)) == data)
        }
    }
}
