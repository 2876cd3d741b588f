import MigrationsTesting
import Testing

/// Each test tries many hubs, and shows the first bad one with its seed and as little of it as is still bad.
@Suite("008 on any small hub")
struct UpgradeProperties {
    private static let parts = Array(0..<2)

    @Test("accounts for every row, or stops at two of one name", arguments: HubShape.allCases, parts)
    func sqlite(_ shape: HubShape, _ part: Int) throws {
        let seeds = Seeds.part(part, of: Self.parts.count, count: shape == .v7 ? 160 : 20)
        try shape.withTemplate(.sqlite) { template in
            expect(seeds, { SmallHub(seed: $0, shape: shape, onlySQLite: true) }) { hub in
                try HubUpgrade(of: hub, in: template).violations
            }
        }
    }

    @Test("makes the same of it on SQLite and PostgreSQL", arguments: HubShape.allCases, parts)
    func alike(_ shape: HubShape, _ part: Int) throws {
        let seeds = Seeds.part(part, of: Self.parts.count, count: shape == .v7 ? 12 : 4)
        try shape.withTemplate(.sqlite) { sqlite in
            try shape.withTemplate(.postgresql) { postgresql in
                expect(seeds, { SmallHub(seed: $0, shape: shape) }) { hub in
                    let one = try HubUpgrade(of: hub, in: sqlite)
                    let other = try HubUpgrade(of: hub, in: postgresql)
                    return one.violations + other.violations
                        + ComparableContents(one.after).differences(from: ComparableContents(other.after))
                }
            }
        }
    }

    private func expect(
        _ seeds: [UInt64], _ draw: (UInt64) -> SmallHub, judge: (SmallHub) throws -> [String]
    ) {
        for seed in seeds {
            let hub = draw(seed)
            let violations = Counterexample.violations(of: hub, judge)
            guard violations.isEmpty else {
                let example = Counterexample(seed: seed, hub: hub, violations: violations, judge: judge)
                Issue.record("\(example)")
                return
            }
        }
    }
}
