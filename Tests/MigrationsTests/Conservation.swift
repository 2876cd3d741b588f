import Migrations
import Testing

@Suite("A table's report")
struct Conservation {
    private func report(
        in rowsIn: Int64, merged: Int64 = 0, copied: Int64 = 0, quarantined: Int64 = 0, moved: Int64 = 0, out: Int64
    ) -> TableReport {
        var report = TableReport(table: "t")
        report.rowsIn = rowsIn
        report.merged = merged
        report.copied = copied
        report.quarantined = quarantined
        report.moved = moved
        report.rowsOut = out
        return report
    }

    @Test("accounts for every row: in, merged and copied are out, quarantined and moved")
    func conserved() {
        #expect(report(in: 0, out: 0).isConserved)
        #expect(report(in: 5, out: 5).isConserved)
        #expect(report(in: 5, quarantined: 2, out: 3).isConserved)
        #expect(report(in: 5, copied: 2, out: 7).isConserved)
        #expect(report(in: 5, merged: 3, out: 8).isConserved)
        #expect(report(in: 5, moved: 5, out: 0).isConserved)
        #expect(report(in: 10, merged: 1, copied: 2, quarantined: 3, moved: 4, out: 6).isConserved)
    }

    @Test("does not when a row is missing, or there once too often")
    func notConserved() {
        #expect(!report(in: 5, out: 4).isConserved)
        #expect(!report(in: 5, out: 6).isConserved)
        #expect(!report(in: 5, quarantined: 1, out: 5).isConserved)
        #expect(!report(in: 5, copied: 1, out: 5).isConserved)
        #expect(!report(in: 5, merged: 1, out: 5).isConserved)
        #expect(!report(in: 5, moved: 1, out: 5).isConserved)
    }
}
