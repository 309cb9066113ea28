package dev.callgate

import io.grpc.TlsServerCredentials
import io.grpc.okhttp.OkHttpServerBuilder
import kotlinx.coroutines.runBlocking
import notes.v1.NoteServiceGrpcKt.NoteServiceCoroutineImplBase
import notes.v1.NoteServiceGrpcKt.NoteServiceCoroutineStub
import notes.v1.Notes.WriteNoteRequest
import notes.v1.Notes.WriteNoteResponse
import org.junit.jupiter.api.io.TempDir
import java.io.File
import java.net.InetSocketAddress
import java.security.KeyStore
import java.util.concurrent.TimeUnit
import java.util.logging.Level
import java.util.logging.Logger
import javax.net.ssl.KeyManagerFactory
import javax.net.ssl.SSLContext
import javax.net.ssl.TrustManagerFactory
import kotlin.test.Test
import kotlin.test.assertEquals
import kotlin.test.assertTrue

/** By https a token goes to any name. */
class TlsTest {
    /** It tells of the client that does not trust it. */
    private val log = Logger.getLogger("io.grpc.okhttp.OkHttpServerTransport").apply { level = Level.OFF }

    private val api =
        object : NoteServiceCoroutineImplBase() {
            override suspend fun writeNote(request: WriteNoteRequest): WriteNoteResponse = WriteNoteResponse.getDefaultInstance()
        }

    @Test
    fun `by https a token goes to whoever has the certificate, and to nobody else`(@TempDir folder: File) = runBlocking {
        val store = keyStore(folder)
        val keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm()).apply { init(store, PASSWORD) }
        val trusted = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm()).apply { init(store) }
        val brought = Brought()
        val server =
            OkHttpServerBuilder
                .forPort(InetSocketAddress("127.0.0.1", 0), TlsServerCredentials.newBuilder().keyManager(*keys.keyManagers).build())
                .addService(api)
                .intercept(brought)
                .build()
                .start()
        val context = SSLContext.getInstance("TLS").apply { init(null, trusted.trustManagers, null) }
        // The name is that of the certificate, and none of this machine's own.
        val builder = { callgateChannel("https://127.0.0.1:${server.port}", CallgateOptions(GatedApi.RULES, { "token" })) }
        val known = builder().overrideAuthority("api.test").sslSocketFactory(context.socketFactory).build()
        val stranger = builder().overrideAuthority("api.test").build()
        try {
            NoteServiceCoroutineStub(known).writeNote(WRITE)
            assertEquals(listOf<String?>("Bearer token"), brought.tokens.toList())
            assertTrue(failureOf { NoteServiceCoroutineStub(stranger).writeNote(WRITE) }.isUnavailable)
            assertEquals(1, brought.tokens.size)
        } finally {
            for (channel in listOf(known, stranger)) channel.shutdownNow().awaitTermination(60, TimeUnit.SECONDS)
            server.shutdownNow()
        }
        Unit
    }

    private fun keyStore(folder: File): KeyStore {
        val file = File(folder, "keys.p12")
        val keytool = File(System.getProperty("java.home"), "bin/keytool").path
        val key = "-genkeypair -alias api -keyalg EC -dname CN=api.test -ext san=dns:api.test -validity 1".split(" ")
        val into = listOf("-storetype", "PKCS12", "-storepass", String(PASSWORD), "-keystore", file.path)
        val made = ProcessBuilder(listOf(keytool) + key + into).redirectErrorStream(true).start()
        val said = made.inputStream.bufferedReader().readText()
        check(made.waitFor() == 0) { said }
        return KeyStore.getInstance("PKCS12").apply { file.inputStream().use { load(it, PASSWORD) } }
    }

    private companion object {
        val PASSWORD = "for this test".toCharArray()
    }
}
