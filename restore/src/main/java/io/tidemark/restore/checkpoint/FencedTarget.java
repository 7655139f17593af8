package io.tidemark.restore.checkpoint;

import io.tidemark.restore.RestoreTarget;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Set;

/**
 * A target that takes changes only from a run that still has it. A proxy, as every method that
 * changes something wants the same question asked first, those added later included.
 */
public final class FencedTarget {
    private static final Set<String> ALWAYS =
            Set.of("close", "toString", "hashCode", "equals", "expireDocuments");

    private FencedTarget() {}

    /** Before {@link RunLease#begin} nothing is asked. */
    public static RestoreTarget of(RestoreTarget target, RunLease lease) {
        return (RestoreTarget)
                Proxy.newProxyInstance(
                        FencedTarget.class.getClassLoader(),
                        new Class<?>[] {RestoreTarget.class},
                        (proxy, method, arguments) -> call(target, lease, method, arguments));
    }

    private static Object call(
            RestoreTarget target, RunLease lease, Method method, Object[] arguments)
            throws Throwable {
        if (!ALWAYS.contains(method.getName())) {
            lease.require();
        }
        try {
            return method.invoke(target, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }
}
