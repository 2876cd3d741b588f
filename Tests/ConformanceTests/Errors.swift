import Migrations
import MigrationsTesting
import Testing

@Suite("A database's error")
struct Errors {
    private func error(
        _ backend: TestBackend, _ sql: String, _ arguments: [DatabaseValue] = [], after setup: String = ""
    ) throws -> DatabaseError {
        try backend.withConnection { connection in
            try connection.execute(setup)
            return try thrownError(DatabaseError.self) { try connection.execute(sql, arguments) }
        }
    }

    @Test("holds its code, the statement and the position in it", arguments: TestBackend.allCases)
    func syntax(_ backend: TestBackend) throws {
        let error = try error(backend, "SELECT 1 FRM x y")
        #expect(error.kind == .other)
        #expect(error.code == (backend == .sqlite ? "1" : "42601"))
        #expect(error.sql == "SELECT 1 FRM x y")
        // Both read FRM as the name of the column: `x` is what cannot follow.
        #expect(error.position == 14)
        #expect(error.message.contains("syntax error"))
    }

    @Test(
        "gives the line and column, in characters, and shows that line without its indentation",
        arguments: TestBackend.allCases)
    func place(_ backend: TestBackend) throws {
        let error = try error(backend, "SELECT 'äö日',\n    'ü' FRM x y\nFROM z")
        #expect(error.place?.line == 2)
        #expect(error.place?.column == 13)
        #expect(error.description.hasSuffix("\nat line 2, column 9: 'ü' FRM x y"))
    }

    @Test("lies in that of several statements which failed", arguments: TestBackend.allCases)
    func severalPlaces(_ backend: TestBackend) throws {
        let error = try backend.withConnection { connection in
            try thrownError(DatabaseError.self) {
                try connection.execute("SELECT 1;\n-- ä\nSELECT 2; SELECT m FRM x y")
            }
        }
        #expect(error.place?.line == 3)
        #expect(error.place?.column == 24)
    }

    @Test("says in its text all that an operator needs")
    func text() throws {
        let error = try error(
            .postgresql, "INSERT INTO t VALUES ($1)", [1],
            after: "CREATE TABLE t (n INTEGER UNIQUE); INSERT INTO t VALUES (1)")
        let lines = error.description.split(separator: "\n")
        #expect(lines.first == #"duplicate key value violates unique constraint "t_n_key" (23505)"#)
        #expect(lines.dropFirst().first == "Key (n)=(1) already exists.")
        #expect(lines.last == "in: INSERT INTO t VALUES ($1)")
    }

    @Test("of a constraint is reported from others, and shows no value that was bound", arguments: TestBackend.allCases)
    func constraints(_ backend: TestBackend) throws {
        let setup = "CREATE TABLE t (n INTEGER NOT NULL, m TEXT UNIQUE); INSERT INTO t VALUES (1, 'secret')"
        let null = try error(backend, "INSERT INTO t VALUES ($1, 'x')", [.null], after: setup)
        #expect(null.kind == .constraint)
        #expect(null.code == (backend == .sqlite ? "1299" : "23502"))
        let double = try error(backend, "INSERT INTO t VALUES (2, $1)", ["secret"], after: setup)
        #expect(double.kind == .constraint)
        #expect(double.code == (backend == .sqlite ? "2067" : "23505"))
        #expect(double.sql?.contains("secret") == false)
    }

    @Test("does not end the connection", arguments: TestBackend.allCases)
    func afterwards(_ backend: TestBackend) throws {
        try backend.withConnection { connection throws in
            try thrownError(DatabaseError.self) { try connection.execute("SELECT * FROM nothing") }
            try thrownError(DatabaseError.self) { _ = try connection.query("SELECT * FROM nothing") }
            #expect(try connection.integer("SELECT 41 + 1") == 42)
        }
    }

    @Test("stops the statements after it", arguments: TestBackend.allCases)
    func several(_ backend: TestBackend) throws {
        try backend.withConnection { connection throws in
            try thrownError(DatabaseError.self) {
                try connection.execute("CREATE TABLE a (n INTEGER); SELECT * FROM nothing; CREATE TABLE b (n INTEGER)")
            }
            #expect(try connection.readSchema().tables["b"] == nil)
        }
    }

    @Test("of a server without memory or locks is not told as a full disk")
    func exhausted() throws {
        let sql = "DO $$ BEGIN RAISE EXCEPTION 'out of shared memory' USING ERRCODE = '53200'; END $$"
        let error = try error(.postgresql, sql)
        #expect(error.kind == .exhausted)
        #expect(MigrationError(error).nextStep?.contains("Raise the server limit") == true)
    }
}
