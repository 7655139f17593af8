package io.tidemark.schemas.wire;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificData;

/**
 * Avro's view of generated classes, of one package only: a schema comes from the registry, and a
 * name in it must not make this process load any class of its class path. (Avro's own guard against
 * that is a setting of the whole JVM, which is not ours to change.)
 */
final class GeneratedClasses extends SpecificData {
    private final Class<?> root;
    private final Map<String, Class<?>> found = new ConcurrentHashMap<>();

    /**
     * @param root the generated class of the record, whose package and class loader hold its parts
     */
    GeneratedClasses(Class<?> root) {
        super(root.getClassLoader());
        this.root = root;
        setCustomCoders(true); // generated code instead of a walk over the schema
        setFastReaderEnabled(false); // it would not use that code
    }

    @Override
    public Class<?> getClass(Schema schema) {
        boolean named =
                schema.getType() == Schema.Type.RECORD
                        || schema.getType() == Schema.Type.ENUM
                        || schema.getType() == Schema.Type.FIXED;
        if (!named || !root.getPackageName().equals(schema.getNamespace())) {
            return named ? null : super.getClass(schema);
        }
        return found.computeIfAbsent(schema.getFullName(), this::load);
    }

    private Class<?> load(String name) {
        try {
            return Class.forName(name, false, root.getClassLoader());
        } catch (ClassNotFoundException e) {
            throw new AvroRuntimeException("No class is generated for " + name, e);
        }
    }
}
