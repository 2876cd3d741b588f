import KohakuHubMigrations
import Testing

@Suite("A normalized name")
struct NormalizedNameTests {
    @Test("is what the application's Python computes")
    func vectors() throws {
        let vectors = try Fixture.json("normalized-names.json", as: [[String]].self)
        #expect(vectors.count > 30)
        for vector in vectors {
            // In Swift canonically equivalent strings are equal; the databases compare bytes.
            #expect(Array(NormalizedName.of(vector[0]).utf8) == Array(vector[1].utf8), "\(vector[0])")
        }
    }

    @Test("is the first one's own, and a later one gets ~ and the id")
    func assignment() {
        let assigned = NormalizedName.assign(to: [(2, "foo-bar"), (7, "FOO_BAR"), (9, "other"), (11, "foobar")])
        #expect(names(assigned) == [2: "foobar", 7: "foobar~7", 9: "other", 11: "foobar~11"])
    }

    @Test("never meets a name that an operator chose")
    func chosenSuffix() {
        // User 7's candidate is the own name of user 9, who comes later but shares it with nobody.
        let assigned = names(NormalizedName.assign(to: [(2, "foo"), (7, "f-oo"), (9, "foo~7")]))
        #expect(assigned[9] == "foo~7")
        #expect(Set(assigned.values).count == 3)
    }

    @Test("is distinguished by its bytes, not by how it looks")
    func canonicalEquivalence() {
        let composed = "\u{e9}"
        let decomposed = "e\u{301}"
        let assigned = NormalizedName.assign(to: [(1, composed), (2, decomposed)])
        #expect(assigned.map { Array($0.normalizedName.utf8) } == [Array(composed.utf8), Array(decomposed.utf8)])
    }

    @Test("fits into the column with its suffix")
    func length() {
        let long = String(repeating: "x", count: 255)
        let assigned = names(NormalizedName.assign(to: [(1, long), (23, "-" + long)]))
        #expect(assigned[23]?.unicodeScalars.count == 255)
        #expect(assigned[23]?.hasSuffix("~23") == true)
    }

    private func names(_ assigned: [(id: Int64, normalizedName: String)]) -> [Int64: String] {
        Dictionary(uniqueKeysWithValues: assigned.map { ($0.id, $0.normalizedName) })
    }
}
