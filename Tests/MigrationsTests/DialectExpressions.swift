import Migrations
import Testing

@Suite("The SQL of a dialect, without a database")
struct DialectExpressions {
    @Test("spells its words, but none in a name or a value")
    func words() {
        let sql =
            #"CREATE TABLE "a {id}" ("b ""{blob}" {bigint} DEFAULT '{boolean} it''s {id}', c {timestamp}, {none})"#
        let rest = #"CREATE TABLE "a {id}" ("b ""{blob}" "#
        #expect(
            Dialect.sqlite.spelling(sql) == rest + "INTEGER DEFAULT '{boolean} it''s {id}', c DATETIME, {none})")
        #expect(
            Dialect.postgresql.spelling(sql) == rest + "BIGINT DEFAULT '{boolean} it''s {id}', c TIMESTAMP, {none})")
    }

    @Test("takes a brace that begins no word, and a quote that nothing closes, for what they are")
    func loose() {
        let loose = "{ {id {boolean}} é{blob}{ it's {bigint}"
        #expect(Dialect.sqlite.spelling(loose) == "{ {id INTEGER} éBLOB{ it's INTEGER")
        #expect(Dialect.postgresql.spelling("{}") == "{}")
        #expect(Dialect.postgresql.spelling("FROM t {unindexed}") == "FROM t ")
    }

    @Test("doubles each quote in quotes, also one that an accent follows")
    func quotes() {
        #expect(#"it's "odd""#.quotedIdentifier == #""it's ""odd""""#)
        #expect(#"it's "odd""#.quotedLiteral == #"'it''s "odd"'"#)
        #expect(Array("a\"\u{301}b".quotedIdentifier.utf8) == Array("\"a\"\"\u{301}b\"".utf8))
        #expect(Array("a'\u{301}b".quotedLiteral.utf8) == Array("'a''\u{301}b'".utf8))
    }

    @Test("has a row's columns in its object by their quoted names", arguments: Dialect.allCases)
    func object(_ dialect: Dialect) {
        let columns = [Schema.Column(name: #"it's "odd""#, type: "TEXT"), Schema.Column(name: "tags", type: "text[]")]
        let sql = dialect.jsonObject(of: columns, alias: "old")
        #expect(sql.contains(#"old."it's ""odd""""#))
        #expect(sql.contains(dialect == .sqlite ? #"'it''s "odd"', "# : #"AS "it's ""odd""""#))
        #expect(sql.contains(#"old."tags"::text AS "tags""#) == (dialect == .postgresql))
    }

    @Test("makes of a wide row on SQLite objects that a function takes the arguments of")
    func wideRow() {
        let columns = (1...130).map { Schema.Column(name: "c\($0)", type: "INTEGER") }
        let sql = Dialect.sqlite.jsonObject(of: columns, alias: "old")
        // Each is there twice, for its text and for its length.
        #expect(sql.split(separator: "json_object('c", omittingEmptySubsequences: false).count - 1 == 2 * 3)
        #expect(sql.contains("'c130', "))
        #expect(Dialect.sqlite.jsonObject(of: [], alias: "old") == "'{}'")
    }

    @Test("reads no value for another: what is no integer or no text is an error")
    func typedValues() throws {
        let row = DatabaseRow([7, "x", .null, true, .real(1.5)])
        #expect(try row.integer(0) == 7 && row.integer(3) == 1)
        #expect(try row.text(1) == "x")
        for index in [1, 2, 4] { #expect(throws: DatabaseError.self) { try row.integer(index) } }
        for index in [0, 2, 3, 4] { #expect(throws: DatabaseError.self) { try row.text(index) } }
    }
}
