import Foundation

/// The seeds that a run of the tests tries, always the same ones unless the environment says otherwise:
/// `KOHAKU_TEST_SEED=1000 KOHAKU_TEST_HUBS=5000 make test` tries 5000 of each kind from seed 1000.
enum Seeds {
    /// - Parameters:
    ///   - count: How many when the environment does not say.
    ///   - part: Which part of them, of how many: parts are tried at the same time.
    static func part(_ part: Int, of parts: Int, count: Int) -> [UInt64] {
        let first = number("KOHAKU_TEST_SEED") ?? 1
        let count = number("KOHAKU_TEST_HUBS") ?? count
        return (0..<count).filter { $0 % parts == part }.map { UInt64(first + $0) }
    }

    private static func number(_ variable: String) -> Int? {
        ProcessInfo.processInfo.environment[variable].flatMap { Int($0) }
    }
}
