/// The codes of findings about a damaged database file: see ``Inspector/damage(to:isThorough:)``.
public enum DatabaseDamage {
    /// Pages are damaged: only a backup restores what was on them.
    public static let file = "damaged_file"
    /// An index lacks rows of its table: a repair rebuilds it.
    public static let index = "damaged_index"
}
