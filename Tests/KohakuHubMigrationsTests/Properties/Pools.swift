/// What small hubs are drawn from: few values, so that everything collides.
enum Pools {
    /// Names that become alike when normalized, also by rules of other alphabets, and composed and decomposed letters.
    static let userNames = [
        "ada", "Ada", "a-da", "a_DA", "foo-bar", "foo_bar", "İda", "i̇da", "ΟΔΟΣ", "οδο-ς", "οδοσ", "STRASSE", "straße",
        "\u{212a}im", "kim", "o'brien", "\u{e9}va", "e\u{301}va", "-", "_",
    ]
    static let organizationNames = ["acme", "AC-ME", "a_cme", "FOO--BAR", "Kim_", "団体", "e\u{301}-va", "ada"]
    /// Some of these ids belong to a user; the others are gaps, or lie just above the highest.
    static let userIDs = Array<Int64>(1...9)
    static let userReferences = Array<Int64>(0...13)
    static let organizationIDs = Array<Int64>(1...6)
    static let organizationReferences = Array<Int64>(0...9)
    static let roles = ["visitor", "member", "member", "admin", "super-admin", "owner", "", "Admin"]
    static let types = ["model", "dataset", "space"]
    static let paths = ["a.bin", "b.bin", "README.md"]
    static let hashes = ["aa", "bb"]
    static let commits = ["c1", "c2", "c3", "c4", "c5"]
    /// Beyond what an integer of PostgreSQL holds.
    static let largeSizes: [Int64] = [2_147_483_648, 5_000_000_000, 9_223_372_036_854_775_807]
}
