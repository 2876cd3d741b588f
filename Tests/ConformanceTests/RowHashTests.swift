import Migrations
import MigrationsTesting
import Testing

/// SQLite's hash of a row, by the SQL function that sums it.
@Suite("A row's hash on SQLite")
struct RowHashTests {
    /// The hash of each row of a query.
    private func hashes(_ values: String, from query: String) throws -> [Int64] {
        try TestBackend.sqlite.withConnection { connection in
            let rows = try connection.query(
                "SELECT migration_checksum(\(values)) FROM (SELECT row_number() OVER () AS n, * FROM (\(query))) GROUP BY n"
            )
            return rows.compactMap { $0[0].integer }
        }
    }

    private let numbers =
        "WITH RECURSIVE t (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM t WHERE i < 4999) SELECT i FROM t"

    @Test(
        "differs for thousands of values that are alike",
        arguments: [
            "i", "-i", "CAST(i AS TEXT)", "CAST(i AS REAL)", "CAST(CAST(i AS TEXT) AS BLOB)",
            "'user-' || i || '@example.org'",
            "i, i", "i, 0", "0, i", "i / 70, i % 70", "zeroblob(i)", "substr(hex(zeroblob(2500)), 1, i)",
            "substr(hex(zeroblob(2500)), 1, i) || 'x' || substr(hex(zeroblob(2500)), i + 1)", "i << 48",
            "1 << (i % 64), i / 64",
        ])
    func alike(_ values: String) throws {
        let found = try hashes(values, from: numbers)
        #expect(found.count == 5_000)
        #expect(Set(found).count == 5_000)
    }

    @Test("differs between all of these together")
    func kinds() throws {
        let kinds = [
            "i", "CAST(i AS TEXT)", "CAST(i AS REAL)", "CAST(CAST(i AS TEXT) AS BLOB)", "i, NULL", "NULL, i",
            "NULL, NULL, i",
        ]
        let all = try kinds.flatMap { try hashes($0, from: numbers) }
        #expect(Set(all).count == kinds.count * 5_000)
    }

    @Test(
        "depends on the order of the columns and on where each ends",
        arguments: [
            ("1, 2", "2, 1"), ("'ab', 'c'", "'a', 'bc'"), ("'', 'a'", "'a', ''"), ("NULL, ''", "'', NULL"),
            ("NULL, 0", "0, NULL"), ("NULL", "NULL, NULL"), ("''", "X''"), ("'a'", "'a' || char(0)"),
            ("'12345678', ''", "'', '12345678'"), ("'12345678abcdefgh'", "'abcdefgh12345678'"),
        ])
    func order(_ one: String, _ other: String) throws {
        #expect(try hashes(one, from: "SELECT 1") != hashes(other, from: "SELECT 1"))
    }

    @Test("is 0 for no row, and the sum of the rows' for several")
    func sum() throws {
        try TestBackend.sqlite.withConnection { connection in
            #expect(try connection.integer("SELECT migration_checksum(1) WHERE false") == 0)
            let each = try ["'a'", "'b'"].map { try connection.integer("SELECT migration_checksum(\($0))") }
            let both = try connection.integer(
                "SELECT migration_checksum(c) FROM (SELECT 'b' AS c UNION ALL SELECT 'a')")
            #expect(both == each[0] &+ each[1])
        }
    }
}
