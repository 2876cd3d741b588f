import Foundation
import Migrations
import MigrationsTesting
import Testing

@Suite("What migrations say in SQL of both dialects")
struct Expressions {
    @Test("a row is a JSON object, whatever is in it", arguments: TestBackend.allCases)
    func jsonObject(_ backend: TestBackend) throws {
        try backend.withConnection { connection in
            try connection.execute(
                connection.dialect.spelling(
                    #"""
                    CREATE TABLE "t" (
                        "id" {bigint}, "order" TEXT, "b" {blob}, "n" INTEGER, "it's ""odd""" TEXT, "f" {boolean}
                    )
                    """#))
            let bytes = [UInt8](repeating: 200, count: 100)
            try connection.execute(
                #"INSERT INTO "t" VALUES ($1, $2, $3, $4, $5, $6)"#,
                [9_007_199_254_740_993, "line\n\"quoted\" \\ 団体 \u{1}", .blob(bytes), .null, "x", true])
            let columns = try #require(try connection.readSchema().tables["t"]).columns
            let json = try connection.query(
                #"SELECT \#(connection.dialect.jsonObject(of: columns, alias: "old")) FROM "t" AS old"#)
            let text = try #require(json.first?[0].text)
            let object = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
            #expect(object?.count == 6)
            #expect(text.contains("9007199254740993"))
            #expect(object?["order"] as? String == "line\n\"quoted\" \\ 団体 \u{1}")
            // One text without line breaks, as every reader of base64 takes it.
            #expect(object?["b"] as? String == Data(bytes).base64EncodedString())
            #expect(object?["n"] is NSNull)
            #expect(object?["it's \"odd\""] as? String == "x")
        }
    }

    @Test("a timestamp is microseconds since 1970", arguments: TestBackend.allCases)
    func microseconds(_ backend: TestBackend) throws {
        try backend.withConnection { connection in
            try connection.execute(connection.dialect.spelling(#"CREATE TABLE "t" ("at" {timestamp})"#))
            let sql = #"SELECT \#(connection.dialect.epochMicroseconds(#""at""#)) FROM "t""#
            func microseconds(_ value: DatabaseValue) throws -> DatabaseValue? {
                try connection.execute(#"DELETE FROM "t""#)
                try connection.execute(#"INSERT INTO "t" VALUES ($1)"#, [value])
                return try connection.query(sql).first?[0]
            }
            #expect(try microseconds("2025-10-01 12:00:00.123456") == 1_759_320_000_123_456)
            #expect(try microseconds("1969-12-31 23:59:59") == -1_000_000)
            #expect(try microseconds("2024-02-29") == 1_709_164_800_000_000)
            #expect(try microseconds(.null) == .null)
        }
    }
}
