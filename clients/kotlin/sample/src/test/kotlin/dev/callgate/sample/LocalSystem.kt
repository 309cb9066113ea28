package dev.callgate.sample

import java.io.File
import java.nio.file.Files
import java.util.concurrent.CompletableFuture
import java.util.concurrent.TimeUnit
import kotlin.concurrent.thread

/**
 * The whole system, as `cargo run` starts it: the real program, in a folder of its own. It is named in CALLGATE_LOCAL_BIN, or is where
 * cargo builds it.
 */
class LocalSystem(private val tokenLifetime: Int = 3600) : AutoCloseable {
    private val folder = Files.createTempDirectory("callgate-kotlin-test-").toFile()
    private var port = 0
    private lateinit var process: Process

    val origin: String
        get() = "http://localhost:$port"

    init {
        start()
    }

    /** Starts it, again on the same port and with what it had kept. */
    fun start() {
        check(BINARY.canExecute()) { "$BINARY is missing: cargo build -p callgate-local" }
        val builder = ProcessBuilder(BINARY.path, "--no-build-page").redirectErrorStream(true)
        val environment = builder.environment()
        listOf("DATABASE_URL", "FIREBASE_AUTH_EMULATOR_HOST", "K_SERVICE").forEach(environment::remove)
        environment["PORT"] = "$port"
        environment["CALLGATE_LOCAL_DIR"] = folder.path
        environment["CALLGATE_LOCAL_TOKEN_LIFETIME"] = "$tokenLifetime"
        environment["RUST_LOG"] = "warn"
        process = builder.start()
        val began = CompletableFuture<Int>()
        val printed = StringBuffer()
        thread(isDaemon = true) {
            process.inputStream.bufferedReader().forEachLine { line ->
                printed.append(line).append('\n')
                ORIGIN.find(line)?.let { began.complete(it.groupValues[1].toInt()) }
            }
            began.completeExceptionally(IllegalStateException("$BINARY ended:\n$printed"))
        }
        port = began.get(STARTS_WITHIN_SECONDS, TimeUnit.SECONDS)
    }

    fun stop() {
        process.destroy()
        if (!process.waitFor(STARTS_WITHIN_SECONDS, TimeUnit.SECONDS)) process.destroyForcibly().waitFor()
    }

    override fun close() {
        stop()
        folder.deleteRecursively()
    }

    private companion object {
        val BINARY =
            File(System.getenv("CALLGATE_LOCAL_BIN") ?: "${System.getProperty("repository.root")}/target/debug/callgate-local")
        val ORIGIN = Regex("""^Open http://localhost:(\d+)$""")
        const val STARTS_WITHIN_SECONDS = 90L
    }
}
