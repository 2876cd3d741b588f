/// The codes of findings about a damaged database file: see ``Inspector/damage(to:)``.
public enum DatabaseDamage {
    /// Pages are damaged: only a backup brings back what was on them.
    public static let file = "damaged_file"
    /// An index does not hold the rows of its table: a repair builds it anew.
    public static let index = "damaged_index"
}
