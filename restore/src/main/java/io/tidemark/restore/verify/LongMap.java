package io.tidemark.restore.verify;

import java.util.Arrays;

/** A map of long to long by open addressing: about 24 bytes for each key. */
final class LongMap {
    private static final int SMALLEST = 64;

    /** Not a key: stands for a free slot. The key 0 has a place of its own. */
    private static final long FREE = 0;

    private long[] keys = new long[SMALLEST];
    private long[] values = new long[SMALLEST];
    private int used;
    private boolean hasZero;
    private long zeroValue;

    int size() {
        return used + (hasZero ? 1 : 0);
    }

    /** True if the key was there; its value is then in {@code old[0]}. */
    boolean put(long key, long value, long[] old) {
        if (key == FREE) {
            boolean was = hasZero;
            old[0] = zeroValue;
            hasZero = true;
            zeroValue = value;
            return was;
        }
        if (used >= keys.length - keys.length / 3) {
            grow();
        }
        int slot = slotOf(key);
        boolean was = keys[slot] == key;
        old[0] = values[slot];
        keys[slot] = key;
        values[slot] = value;
        used += was ? 0 : 1;
        return was;
    }

    /** True if the key was there; its value is then in {@code old[0]}. */
    boolean remove(long key, long[] old) {
        if (key == FREE) {
            boolean was = hasZero;
            old[0] = zeroValue;
            hasZero = false;
            return was;
        }
        int slot = slotOf(key);
        if (keys[slot] != key) {
            return false;
        }
        old[0] = values[slot];
        used--;
        closeGap(slot);
        return true;
    }

    private void closeGap(int free) {
        int mask = keys.length - 1;
        int gap = free;
        keys[gap] = FREE;
        for (int slot = gap + 1 & mask; keys[slot] != FREE; slot = slot + 1 & mask) {
            int home = home(keys[slot]);
            boolean mayMove = gap <= slot ? home <= gap || home > slot : home <= gap && home > slot;
            if (mayMove) {
                keys[gap] = keys[slot];
                values[gap] = values[slot];
                keys[slot] = FREE;
                gap = slot;
            }
        }
    }

    private int slotOf(long key) {
        int mask = keys.length - 1;
        int slot = home(key);
        while (keys[slot] != FREE && keys[slot] != key) {
            slot = slot + 1 & mask;
        }
        return slot;
    }

    private int home(long key) {
        long mixed = key * 0x9E3779B97F4A7C15L;
        return (int) (mixed >>> 32) & keys.length - 1;
    }

    private void grow() {
        long[] oldKeys = keys;
        long[] oldValues = values;
        keys = new long[oldKeys.length * 2];
        values = new long[oldValues.length * 2];
        Arrays.fill(keys, FREE);
        for (int i = 0; i < oldKeys.length; i++) {
            if (oldKeys[i] != FREE) {
                int slot = slotOf(oldKeys[i]);
                keys[slot] = oldKeys[i];
                values[slot] = oldValues[i];
            }
        }
    }
}
