import Migrations
import MigrationsTesting

/// A hub whose upgrade is wrong, made as small as it can be.
struct Counterexample: CustomStringConvertible {
    var seed: UInt64
    private(set) var hub: SmallHub
    private(set) var violations: [String]

    /// Drops rows, one at a time, while something is still wrong.
    init(seed: UInt64, hub: SmallHub, violations: [String], judge: (SmallHub) throws -> [String]) {
        self.seed = seed
        self.hub = hub
        self.violations = violations
        var index = 0
        var dropped = false
        while !self.hub.rows.isEmpty {
            if index == self.hub.rows.count {
                guard dropped else { break }
                (index, dropped) = (0, false)
                continue
            }
            var smaller = self.hub
            smaller.rows.remove(at: index)
            let found = Self.violations(of: smaller, judge)
            if found.isEmpty {
                index += 1
            } else {
                (self.hub, self.violations, dropped) = (smaller, found, true)
            }
        }
    }

    /// What is wrong, with an error that stops the upgrade as one more way to be wrong.
    static func violations(of hub: SmallHub, _ judge: (SmallHub) throws -> [String]) -> [String] {
        do {
            return try judge(hub)
        } catch is HubUpgrade.NoHub {
            return []
        } catch {
            return ["\(error)"]
        }
    }

    var description: String {
        """
        seed \(seed) of a hub as \(hub.shape.fixture):
        \(violations.joined(separator: "\n"))
        The smallest such case, for a database of that schema without rows:
        \(hub.sql(.sqlite))
        """
    }
}
