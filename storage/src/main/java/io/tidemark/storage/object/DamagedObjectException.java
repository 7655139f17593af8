package io.tidemark.storage.object;

/** An object that must be there is missing, or does not hold what was written. */
public non-sealed class DamagedObjectException extends StorageException {
    private static final long serialVersionUID = 1L;
    private final transient Damage damage;

    public DamagedObjectException(Damage damage) {
        this(damage, null);
    }

    public DamagedObjectException(Damage damage, Throwable cause) {
        super(damage.sentence(), cause);
        this.damage = damage;
    }

    /** An object that other objects say is there, and is not. */
    public static DamagedObjectException missing(String key) {
        return new DamagedObjectException(
                new Damage(
                        key,
                        "does not exist",
                        "it was deleted, or the bucket or prefix is another one",
                        "bring it back (version history, a copy of the bucket) or check --bucket"));
    }

    public Damage damage() {
        return damage;
    }

    /**
     * What is wrong, in parts that a report can show.
     *
     * @param key of the object
     * @param what is wrong with it
     * @param means what that means for restores
     * @param act what the operator does now
     */
    public record Damage(String key, String what, String means, String act) {
        String sentence() {
            return "Object " + key + " " + what + ": " + means + ". What to do: " + act + ".";
        }
    }
}
