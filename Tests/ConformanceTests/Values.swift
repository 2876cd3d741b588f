import Migrations
import MigrationsTesting
import Testing

@Suite("A value comes back as it was written")
struct Values {
    /// Writes values into a table of one column and reads them again.
    private func roundTrip(_ backend: TestBackend, _ type: String, _ values: [DatabaseValue]) throws -> [DatabaseValue]
    {
        try backend.withConnection { connection in
            try connection.execute(connection.dialect.spelling("CREATE TABLE t (number INTEGER, value \(type))"))
            for (number, value) in values.enumerated() {
                try connection.execute("INSERT INTO t VALUES ($1, $2)", [.integer(Int64(number)), value])
            }
            return try connection.query("SELECT value FROM t ORDER BY number").map { $0[0] }
        }
    }

    @Test("when it is an integer beyond 32 bits", arguments: TestBackend.allCases)
    func integers(_ backend: TestBackend) throws {
        let values: [DatabaseValue] = [0, -1, 2_147_483_648, 4_294_967_297, .integer(.max), .integer(.min)]
        #expect(try roundTrip(backend, "{bigint}", values) == values)
    }

    @Test("when it is a blob: empty, with zeros, of every byte", arguments: TestBackend.allCases)
    func blobs(_ backend: TestBackend) throws {
        let values: [DatabaseValue] = [
            .blob([]), .blob([0]), .blob([0, 0, 255, 0]), .blob(Array(0...255)), .blob(Array("\\x41".utf8)),
            .blob([UInt8](repeating: 0xab, count: 300_000)),
        ]
        #expect(try roundTrip(backend, "{blob}", values) == values)
    }

    @Test("when it is NULL, which is not empty", arguments: TestBackend.allCases)
    func null(_ backend: TestBackend) throws {
        #expect(try roundTrip(backend, "TEXT", [.null, ""]) == [.null, ""])
        #expect(try roundTrip(backend, "{blob}", [.null, .blob([])]) == [.null, .blob([])])
        #expect(try roundTrip(backend, "INTEGER", [.null, 0]) == [.null, 0])
    }

    @Test("when it is text of any script, byte by byte", arguments: TestBackend.allCases)
    func text(_ backend: TestBackend) throws {
        let texts = [
            "İstanbul ß ﬁ ǅ", "ユーザー 団体", "e\u{301} \u{e9}", "👩‍👩‍👧", "it's \"quoted\" \\ $1 ; --", "line\nline\ttab\r",
        ]
        let found = try roundTrip(backend, "TEXT", texts.map { .text($0) })
        #expect(found.map { Array(($0.text ?? "").utf8) } == texts.map { Array($0.utf8) })
    }

    @Test("and a text with U+0000 comes back whole, or is refused", arguments: TestBackend.allCases)
    func nullCharacter(_ backend: TestBackend) throws {
        let texts: [DatabaseValue] = ["one\0two"]
        guard backend == .postgresql else {
            return #expect(try roundTrip(backend, "TEXT", texts) == texts)
        }
        let error = try thrownError(DatabaseError.self) { _ = try roundTrip(backend, "TEXT", texts) }
        #expect(error.kind == .other && error.message.contains("U+0000"))
    }

    @Test("when it is a real number", arguments: TestBackend.allCases)
    func reals(_ backend: TestBackend) throws {
        let values: [DatabaseValue] = [.real(0.1), .real(-1.5e300), .real(3)]
        #expect(try roundTrip(backend, "DOUBLE PRECISION", values) == values)
    }

    @Test("when it is a boolean, which SQLite stores as 0 and 1", arguments: TestBackend.allCases)
    func booleans(_ backend: TestBackend) throws {
        let found = try roundTrip(backend, "{boolean}", [true, false, .null])
        #expect(found.map(\.boolean) == [true, false, nil])
        #expect(found.map(\.integer) == [1, 0, nil])
    }

    @Test("that are no integers are not taken for one", arguments: TestBackend.allCases)
    func noIntegers(_ backend: TestBackend) throws {
        try backend.withConnection { connection in
            #expect(try connection.integer("SELECT 7") == 7)
            #expect(try connection.integer("SELECT NULL") == 0)
            #expect(try connection.integer("SELECT 7 WHERE false") == 0)
            for value in ["'seven'", "'7'", "7.5"] {
                try thrownError(DatabaseError.self) { _ = try connection.integer("SELECT \(value)") }
            }
        }
    }
}
