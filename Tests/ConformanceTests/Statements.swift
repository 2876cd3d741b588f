import Migrations
import MigrationsTesting
import Testing

@Suite("A connection executes statements")
struct Statements {
    @Test("several at once", arguments: TestBackend.allCases)
    func several(_ backend: TestBackend) throws {
        try backend.withConnection { connection in
            try connection.execute("CREATE TABLE t (n INTEGER); INSERT INTO t VALUES (1); INSERT INTO t VALUES (2);")
            #expect(try connection.countRows(in: "t") == 2)
        }
    }

    @Test("and tells how many rows one changed", arguments: TestBackend.allCases)
    func changes(_ backend: TestBackend) throws {
        try backend.withConnection { connection in
            try connection.execute("CREATE TABLE t (n INTEGER); INSERT INTO t VALUES (1), (2), (3)")
            #expect(try connection.execute("UPDATE t SET n = n + $1 WHERE n > $2", [10, 1]) == 2)
            #expect(try connection.execute("DELETE FROM t WHERE n = $1", [99]) == 0)
        }
    }

    @Test("with arguments by number: in any order, more than once, more than nine", arguments: TestBackend.allCases)
    func arguments(_ backend: TestBackend) throws {
        try backend.withConnection { connection in
            try connection.execute("CREATE TABLE t (a INTEGER, b INTEGER, c INTEGER)")
            try connection.execute("INSERT INTO t VALUES ($2, $1, $2)", [10, 20])
            #expect(try connection.query("SELECT a, b, c FROM t").first == DatabaseRow([20, 10, 20]))
            let list = (1...12).map { "$\($0)" }.joined(separator: ", ")
            let count = try connection.query(
                "SELECT count(*) FROM t WHERE a IN (\(list))", (9...20).map { .integer($0) })
            #expect(count.first?[0] == 1)
        }
    }

    @Test("and refuses arguments for several, and fewer than it has", arguments: TestBackend.allCases)
    func mistakenArguments(_ backend: TestBackend) throws {
        try backend.withConnection { connection in
            try connection.execute("CREATE TABLE t (a INTEGER, b INTEGER)")
            for sql in ["INSERT INTO t VALUES (1, 2); INSERT INTO t VALUES (3, 4)", "INSERT INTO t VALUES ($1, $2)"] {
                let error = try thrownError(DatabaseError.self) {
                    try connection.execute(sql, sql.contains("$") ? [1] : [])
                }
                #expect(error.kind == .other)
            }
            #expect(try connection.countRows(in: "t") == 0)
            // What follows it is nothing.
            #expect(try connection.execute("INSERT INTO t VALUES (1, 2); -- the end", []) == 1)
        }
    }

    @Test("and on SQLite takes them in order where they have no number")
    func unnumberedArguments() throws {
        try TestBackend.sqlite.withConnection { connection in
            try connection.execute("CREATE TABLE t (a INTEGER, b TEXT)")
            #expect(try connection.execute("INSERT INTO t VALUES (?, ?), (?, ?)", [1, "x", 2, .null]) == 2)
            let rows = [DatabaseRow([1, "x"]), DatabaseRow([2, .null])]
            #expect(try connection.query("SELECT a, b FROM t ORDER BY a") == rows)
            let mistakes: [(sql: String, arguments: [DatabaseValue], message: String)] = [
                ("INSERT INTO t VALUES (?, ?)", [1], "the statement has 2 arguments, and 1 were given"),
                ("INSERT INTO t VALUES (?, ?)", [1, "x", 2], "the statement has no argument $3"),
                ("INSERT INTO t VALUES (?, $1)", [1, "x"], "the statement has no argument $2"),
                ("INSERT INTO t VALUES (1, 'x')", [1], "the statement has no argument $1"),
            ]
            for (sql, arguments, message) in mistakes {
                let error = try thrownError(DatabaseError.self) { try connection.execute(sql, arguments) }
                #expect(error.message == message)
            }
            #expect(try connection.countRows(in: "t") == 2)
        }
    }

    @Test("and hands over rows in order, one by one", arguments: TestBackend.allCases)
    func rows(_ backend: TestBackend) throws {
        try backend.withConnection { connection in
            try connection.execute("CREATE TABLE t (n INTEGER); INSERT INTO t VALUES (3), (1), (2)")
            var seen: [Int64?] = []
            try connection.forEachRow("SELECT n FROM t ORDER BY n", []) { seen.append($0[0].integer) }
            #expect(seen == [1, 2, 3])
        }
    }

    @Test("and goes on after one whose rows were not wanted any more", arguments: TestBackend.allCases)
    func abandonedRows(_ backend: TestBackend) throws {
        struct Enough: Error {}
        try backend.withConnection { connection in
            try connection.execute("CREATE TABLE t (n INTEGER); INSERT INTO t VALUES (1), (2), (3)")
            var seen = 0
            try thrownError(Enough.self) {
                try connection.forEachRow("SELECT n FROM t", []) { _ in
                    seen += 1
                    throw Enough()
                }
            }
            #expect(seen == 1)
            #expect(try connection.countRows(in: "t") == 3)
        }
    }

    @Test("and tells each to who listens, before it runs", arguments: TestBackend.allCases)
    func announcement(_ backend: TestBackend) throws {
        try backend.withConnection { connection in
            var heard: [String] = []
            connection.onStatement = { heard.append($0) }
            try connection.execute("CREATE TABLE t (n INTEGER)")
            try connection.execute("INSERT INTO t VALUES ($1)", [1])
            _ = try connection.query("SELECT n FROM t")
            _ = try? connection.execute("no SQL")
            #expect(heard == ["CREATE TABLE t (n INTEGER)", "INSERT INTO t VALUES ($1)", "SELECT n FROM t", "no SQL"])
        }
    }
}
