import Foundation
import Migrations
import Testing

@testable import KohakuHubMigrations

@Suite("A row as JSON")
struct QuarantinedJSON {
    @Test(
        "has texts with any escape",
        arguments: [
            #""""#, #""plain é 😀""#, #""\"\\\/\b\f\n\r\t""#, #""\u0041\u00e9\uD83D\uDE00!""#, #""\\u0041""#, #""😀\n""#,
        ])
    func texts(_ json: String) throws {
        let expected = try JSONDecoder().decode(String.self, from: Data(json.utf8))
        #expect(FlatJSONObject.values(#"{"a": \#(json)}"#, for: .sqlite) == ["a": .text(expected)])
    }

    @Test("has keys with escapes, too")
    func keys() {
        #expect(FlatJSONObject.values(#"{"\u0061\n\"": 1}"#, for: .sqlite) == ["a\n\"": .integer(1)])
    }

    @Test("has bytes as Base64")
    func blobs() {
        #expect(FlatJSONObject.values(#"{"a": {"base64": "AP+A"}}"#, for: .postgresql) == ["a": .blob([0, 255, 128])])
    }

    @Test(
        "is none with half of a surrogate pair, with lists, or with other objects",
        arguments: [#""\ud800""#, #""\udc00\ud800""#, "[1]", #"{"b": 1}"#, #"{"base64": "A"}"#])
    func refused(_ json: String) {
        #expect(FlatJSONObject.values(#"{"a": \#(json)}"#, for: .sqlite) == nil)
    }
}
