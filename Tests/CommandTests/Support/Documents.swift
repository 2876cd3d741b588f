/// The documents of `--json` as a program reads them. A key that goes or changes its type fails the decoding.
struct ErrorDocument: Decodable {
    var status: String
    var code: String
    var exitStatus: Int
    var message: String
    var migration: String?
    var nextStep: String?
    var committed: [String]
    var findings: [FindingDocument]
    var differences: [DifferenceDocument]
}

struct FindingDocument: Decodable, Equatable {
    var severity: String
    var code: String
    var table: String
    var count: Int
    var message: String
    var examples: [String]
    var action: String?
}

struct DifferenceDocument: Decodable {
    var kind: String
    var table: String
    var name: String?
    var expected: String?
    var found: String?
}

struct StatusDocument: Decodable {
    struct Migration: Decodable {
        var number: Int
        var name: String
        var verdict: String
        var evidence: String
    }

    var database: String
    var state: String
    var version: Int
    var pending: Bool
    var migrations: [Migration]
    var warnings: [String]
}

struct PlanDocument: Decodable {
    struct Pending: Decodable {
        var number: Int
        var name: String
        var evidence: String
        var consent: String?
        var sql: [String]?
    }

    var database: String
    var fresh: Bool
    var version: Int
    var pending: [Pending]
    var rows: [String: Int]
    var findings: [FindingDocument]
}

struct RunDocument: Decodable {
    struct Migration: Decodable {
        var number: Int
        var name: String
        var seconds: Double
        var tables: [Table]
    }

    struct Table: Decodable, Equatable {
        var table: String
        var rowsIn: Int
        var kept: Int
        var merged: Int
        var copied: Int
        var quarantined: Int
        var moved: Int
        var rowsOut: Int
        var checksum: String?
    }

    var status: String
    var database: String
    var version: Int
    var wasFresh: Bool
    var changed: Bool
    var migrations: [Migration]
    var findings: [FindingDocument]
    var reconciled: [DifferenceDocument]
    var quarantined: Int
    var leftAlone: [DifferenceDocument]
    var seconds: Double
}

struct VerifyDocument: Decodable {
    var exact: Bool
    var status: StatusDocument
    var differences: [DifferenceDocument]
    var violations: [String]
    var leftAlone: [DifferenceDocument]
}
