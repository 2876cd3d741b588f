import Migrations
import MigrationsTesting
import Testing

@testable import KohakuHubMigrations

/// The names that the hub derives for LakeFS, as its own code computes them.
@Suite("The LakeFS names of repositories")
struct LakeFSNames {
    static let names: [(type: String, fullID: String, old: String, new: String)] = [
        ("model", "mika/birds", "hf-model-mika-birds", "m-mika-birds-5mbebz63g131s45o04pad9"),
        (
            "dataset", "mika_lab/My_Data.v2", "hf-dataset-mika-lab-my-data.v2",
            "d-mika-lab-my-data-v2-8krr82supinxf3t3a0pmnu"
        ),
        (
            "space", "ÄÖ/Überraschung--x", "hf-space-äö-überraschung--x", "s-berraschung-x-8ndvnnkx64qo2a7mkq26my"
        ),
        (
            "model", "org/very-long-repository-name-with-version-v2.3.4-final",
            "hf-model-org-very-long-repository-name-with-version-v2.3.4-final",
            "m-org-very-long-repository-name-with-ver-5e4x8lxmf9cbqti5kc6128"
        ),
        ("model", "a-b/c", "hf-model-a-b-c", "m-a-b-c-7p5s1ja90zw3t68pjklqxz"),
        ("model", "a/b-c", "hf-model-a-b-c", "m-a-b-c-130o4wbe9q02fkogacwhle"),
        ("dataset", "x/日本語", "hf-dataset-x-日本語", "d-x-54ji2kj735qq5ezzpi2sls"),
    ]

    @Test("are those of the hub, before version 015 and from it on", arguments: names)
    func rule(_ expected: (type: String, fullID: String, old: String, new: String)) {
        #expect(LakeFSName.old(expected.type, expected.fullID) == expected.old)
        #expect(LakeFSName.new(expected.type, expected.fullID) == expected.new)
    }

    @Test("begin with the hub's own namespace, in lower case, before version 015")
    func namespace() {
        #expect(LakeFSName.old("model", "a/B", namespace: "Lab_1") == "lab_1-model-a-b")
    }

    @Test("are computed from code points: a mark behind _ does not hide it, and the Kelvin sign becomes a k")
    func codePoints() {
        #expect(
            Array(LakeFSName.old("model", "a_\u{301}/b").unicodeScalars) == Array("hf-model-a-\u{301}-b".unicodeScalars)
        )
        #expect(LakeFSName.new("model", "\u{212a}/b").hasPrefix("m-k-b-"))
    }

    /// What Python's hashlib gives: NIST's examples, and the lengths around a block of 144 bytes.
    static let digests: [(message: String, hex: String)] = [
        ("", "6b4e03423667dbb73b6e15454f0eb1abd4597f9a1b078e3f5b5a6bc7"),
        ("abc", "e642824c3f8cf24ad09234ee7d3c766fc9a3a5168d0c94ad73b46fdf"),
        (
            "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
            "8a24108b154ada21c9fd5574494479ba5c7e7ab76ef264ead0fcce33"
        ),
        (
            "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu",
            "543e6868e1666c1a643630df77367ae5a62a85070a51c14cbf665cbc"
        ),
        (String(repeating: "x", count: 143), "be8ab3ed2e01ba6dd4e5d0155a2a51e1f09eb1c4a4ea95b3c8d90fd6"),
        (String(repeating: "x", count: 144), "74b20692cc69d85bc41b5f6c4688515e97fdd7328ec2d854c77dad8d"),
        (String(repeating: "x", count: 145), "77939e719fb4c8cb035ff6fa3ee9d3f698236f289fb25ae12ffed33d"),
        (String(repeating: "x", count: 287), "0d7c992b7c414304f627e7f00c6e7f0880c8a2e3cedc70ef5d41e14f"),
        (String(repeating: "x", count: 288), "e04805b51aab1a0bd94018fe86b885de006cce6d8750147aaff75fad"),
        (String(repeating: "x", count: 1000), "2459c65a000e217e65e9992435021787b4461e3bcd09b14348d2d9fc"),
    ]

    @Test("hash by SHA3-224", arguments: digests)
    func sha3(_ expected: (message: String, hex: String)) {
        let digest = SHA3.digest224(of: Array(expected.message.utf8))
        #expect(digest.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined() == expected.hex)
    }

    @Test(
        "are read from a hub of every version, each repository once", arguments: TestBackend.allCases,
        [0, 1, 2, 3, 4, 5, 7, 8, 9, 10, 11, 12, 13, 14, 15])
    func everyVersion(_ backend: TestBackend, _ version: Int) throws {
        try backend.withDatabase { database in
            try Fixture(version: version).load(into: database)
            let connection = try database.connect()
            let repositories = try LakeFSRepository.all(of: connection, namespace: "hf")
            let rows = try connection.query(#"SELECT "repo_type", "full_id" FROM "repository" ORDER BY "id""#)
            #expect(!rows.isEmpty)
            #expect(repositories.map { [.text($0.type), .text($0.fullID)] } == rows.map(\.values))
            let old = Dictionary(grouping: repositories, by: \.oldName)
            #expect(repositories.allSatisfy { $0.isShared == (old[$0.oldName]?.count ?? 0 > 1) })
        }
    }
}
