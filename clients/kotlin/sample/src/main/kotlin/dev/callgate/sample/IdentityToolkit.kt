package dev.callgate.sample

import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.withContext
import kotlinx.serialization.json.Json
import kotlinx.serialization.json.JsonObject
import kotlinx.serialization.json.JsonPrimitive
import kotlinx.serialization.json.jsonObject
import kotlinx.serialization.json.jsonPrimitive
import java.io.IOException
import java.net.URI
import java.net.URLEncoder
import java.net.http.HttpClient
import java.net.http.HttpRequest
import java.net.http.HttpResponse
import java.time.Duration

/** What the identity provider said no to, in its own word: EMAIL_NOT_FOUND, USER_DISABLED, .. */
class SignInFailed(val why: String) : Exception("the identity provider answered $why")

/** Tokens, as Identity Toolkit gives them. */
class Tokens(val idToken: String, val refreshToken: String, val lifetime: Duration)

/**
 * Identity Toolkit over REST, as `cargo run` and Google serve it. It stands in for the Firebase SDK, which an app on Android has in its
 * place.
 */
class IdentityToolkit(private val origin: String, private val apiKey: String = "local") {
    private val http = HttpClient.newBuilder().connectTimeout(WITHIN).followRedirects(HttpClient.Redirect.NEVER).build()

    suspend fun signIn(email: String, password: String): Tokens = tokens("accounts:signInWithPassword", email, password)

    suspend fun signUp(email: String, password: String): Tokens = tokens("accounts:signUp", email, password)

    suspend fun refresh(refreshToken: String): Tokens {
        val form = "grant_type=refresh_token&refresh_token=" + URLEncoder.encode(refreshToken, Charsets.UTF_8)
        val answer = post("securetoken.googleapis.com/v1/token", "application/x-www-form-urlencoded", form)
        return Tokens(answer.text("id_token"), answer.text("refresh_token"), answer.seconds("expires_in"))
    }

    private suspend fun tokens(method: String, email: String, password: String): Tokens {
        val request =
            JsonObject(
                mapOf(
                    "email" to JsonPrimitive(email),
                    "password" to JsonPrimitive(password),
                    "returnSecureToken" to JsonPrimitive(true),
                ),
            )
        val answer = post("identitytoolkit.googleapis.com/v1/$method", "application/json", request.toString())
        return Tokens(answer.text("idToken"), answer.text("refreshToken"), answer.seconds("expiresIn"))
    }

    private suspend fun post(path: String, type: String, body: String): JsonObject = withContext(Dispatchers.IO) {
        val request =
            HttpRequest
                .newBuilder(URI("$origin/$path?key=$apiKey"))
                .timeout(WITHIN)
                .header("content-type", type)
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build()
        val response = http.send(request, HttpResponse.BodyHandlers.ofString())
        val answer =
            try {
                Json.parseToJsonElement(response.body()).jsonObject
            } catch (_: IllegalArgumentException) {
                throw IOException("the identity provider answered ${response.statusCode()}")
            }
        if (response.statusCode() != 200) throw SignInFailed(answer["error"]?.jsonObject?.text("message") ?: "${response.statusCode()}")
        answer
    }

    private fun JsonObject.text(name: String): String =
        get(name)?.jsonPrimitive?.content ?: throw IOException("the identity provider's answer has no $name")

    private fun JsonObject.seconds(name: String): Duration = Duration.ofSeconds(text(name).toLong())

    private companion object {
        val WITHIN: Duration = Duration.ofSeconds(10)
    }
}
